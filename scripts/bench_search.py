"""What a search takes when the knowledge base has 20,000 pieces: a question over HTTP as a signed-in person asks it."""
import os
import random
import subprocess
import time
from urllib.parse import quote

from trial_server import BINARY, ROOT, TrialServer

DOCUMENTS, PIECES, QUESTIONS = 200, 100, 400
PARTS = ["ka", "lo", "mi", "ten", "dor", "sa", "vel", "pra", "qui", "nor", "bas", "tel", "ron", "fi", "gu", "ma", "ster", "con"]
ENGLISH = ["coupon", "voucher", "redeem", "customer", "merchant", "refund", "campaign", "loyalty", "points", "store"]
CHINESE = ["优惠券", "会员", "积分", "退款", "商户", "门店", "活动", "顾客", "核销", "礼券", "订单", "发票", "系统", "登录", "密码"]


def write(folder, dice):
    """Documents whose words are as unevenly common as those of a language; the product's own words are in nearly all."""
    rare = sorted({"".join(dice.choices(PARTS, k=dice.randint(2, 4))) for _ in range(9000)})
    words, weights = ENGLISH + rare, [1 / place for place in range(1, len(ENGLISH + rare) + 1)]
    for number in range(DOCUMENTS):
        file = folder / ["", "sales", "support"][number % 3] / f"handbook-{number}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        text = f"# Handbook {number}\n"
        for _ in range(PIECES):
            heading, body = (" ".join(dice.choices(words, weights, k=count)) for count in (4, 60))
            chinese = "，".join("".join(dice.choices(CHINESE, k=3)) for _ in range(12))
            text += f"\n## {heading}\n\n{body}. {chinese}。\n"
        file.write_text(text)
    return words, weights


def measure(person_of):
    dice = random.Random(20)
    # Searches come faster here than people type.
    with TrialServer(settings={"requests_a_minute": 100_000}) as server:
        folder = server.folder / "knowledge"
        words, weights = write(folder, dice)
        server.start()
        environment = os.environ | server.environment | {"DATA_DIR": str(server.folder / "var")}
        subprocess.run([BINARY, "import", "knowledge", folder], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        person, taken, found = person_of(server.port, "sales.manager"), [], 0
        for number in range(QUESTIONS):
            asked = dice.choices(CHINESE, k=2) if number % 2 else dice.choices(words, weights, k=dice.randint(2, 6))
            begun = time.monotonic()
            answer = person.ask("GET", "/v1/search?q=" + quote(("如何" if number % 2 else " ").join(asked)))
            taken.append((time.monotonic() - begun) * 1000)
            found += bool(answer["items"])
    if found < QUESTIONS * 0.9:
        raise SystemExit(f"only {found} of {QUESTIONS} searches found anything")
    taken.sort()
    what = f"search over {DOCUMENTS * PIECES:,} pieces of knowledge"
    return [
        ("search_p99_ms", f"{what}, p99", taken[int(len(taken) * 0.99)], 50, "ms"),
        ("search_p50_ms", f"{what}, median", taken[len(taken) // 2], None, "ms"),
    ]

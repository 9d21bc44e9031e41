//! The terms of a ticket's text: what it is about in either language, by a list of concepts, and its other words.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use crate::writing::{is_han, plain, stem};

/// What tickets are about, as English and Chinese say it. The first word names it.
const CONCEPTS: &[&str] = &[
    "login|log in|logging in|sign in|signin|log on|登录|登入|登陆",
    "password|passcode|密码",
    "code|otp|verification|verify|one-time|sms|text message|验证码|短信|验证",
    "scan|scanning|scanner|scanned|qr|barcode|reader|扫码|扫描|二维码|条码|扫不",
    "coupon|voucher|e-voucher|evoucher|优惠券|代金券|抵用券|券",
    "expire|expired|expiry|expires|expiration|validity|past its date|过期|到期|有效期|失效",
    "points|point|stamps|loyalty balance|积分|点数|集点",
    "missing|not credited|not added|did not appear|not appear|never arrived|not received|not showing|没到账|未到账|没有到账|没加|没有增加|没收到|未收到|收不到|不见|少了|没有显示",
    "refund|refunded|money back|reimburse|退款|退钱|退回",
    "charge|charged|billed|billing|deducted|debited|扣款|扣了|收费|扣费|扣",
    "twice|double|duplicate|duplicated|two times|两次|重复|双重|两笔",
    "payment|pay|paid|paynow|card|checkout|支付|付款|刷卡|结账",
    "crash|crashes|crashed|crashing|closes itself|freezes|frozen|freeze|quits|闪退|崩溃|死机|卡死|自动关闭",
    "slow|slowly|lag|loading|takes long|takes minutes|very long|慢|卡顿|加载|转圈|很久",
    "export|exporting|download|csv|excel|spreadsheet|导出|下载|表格",
    "report|reports|settlement|reconciliation|statement|报表|报告|结算|对账",
    "timeout|times out|timed out|time-out|gateway|never finishes|超时|没反应|无响应|一直转",
    "update|updated|upgrade|new version|latest version|since version|更新|升级|新版本|新版",
    "android|安卓",
    "iphone|ios|苹果",
    "email|e-mail|mail|inbox|newsletter|邮件|邮箱|电邮",
    "notification|notifications|push|alert|推送|通知|提醒",
    "invoice|receipt|发票|收据|账单",
    "address|delivery|shipping|courier|地址|配送|快递",
    "language|translation|translated|wrong language|语言|翻译",
    "account|profile|账户|账号|帐号",
    "locked|blocked|disabled|suspended|锁定|封|停用|冻结",
    "staff|cashier|employee|counter|outlet|店员|员工|收银|柜台|门店",
    "api|webhook|integration|endpoint|pos|接口|对接|集成",
    "image|photo|picture|logo|banner|图片|照片|标志|横幅",
    "campaign|promotion|promo|活动|促销",
    "redeem|redemption|redeemed|redeeming|use it|核销|兑换|使用",
    "gift|present|gift card|礼品|礼物|礼品卡|赠送",
    "member|membership|tier|会员|等级",
    "referral|refer|friend|推荐|好友|邀请",
    "import|upload|uploaded|bulk|上传|导入|批量",
    "price|pricing|quote|plan|subscription|价格|报价|套餐|订阅",
    "cancel|cancellation|unsubscribe|取消|退订",
    "late|delay|delayed|minutes late|hours later|too late|延迟|晚到|迟到|太晚|好久",
    "timezone|time zone|midnight|a day early|one day early|hours early|时区|提前|零点|半夜",
    "offline|no internet|connection|wifi|network|离线|网络|断网|连接",
    "map|location|nearby|gps|地图|定位|附近",
    "search|find|filter|搜索|查找|筛选",
    "birthday|生日",
    "wallet|apple wallet|google wallet|钱包",
    "limit|quota|maximum|上限|限额|额度",
    "currency|exchange rate|sgd|usd|币种|汇率",
    "tax|gst|税",
    "training|tutorial|guide|how to|how do|培训|教程|怎么|如何",
    "dashboard|analytics|chart|graph|仪表板|看板|图表|统计",
    "permission|access|role|权限|访问",
    "printer|print|打印",
    "link|url|链接|网址",
    "reset|重置|重设|找回",
    "invalid|not valid|unrecognised|unrecognized|无效",
    "blank|black screen|white screen|stays black|empty screen|空白|黑屏|白屏",
    "kiosk|self-service|自助机|自助",
    "sync|synced|syncing|synchronise|synchronize|out of sync|同步",
    "stock|inventory|库存",
    "booking|reservation|book a table|预订|预约|订位",
    "queue|waiting line|排队",
    "parking|停车",
    "video|视频",
    "server error|internal error|服务器错误|系统错误",
    "discount|折扣|打折",
    "balance|余额",
    "transfer|转账|转让",
    "order|orders|订单|点单|下单",
    "menu|菜单",
    "delete|deleted|删除|注销",
    "camera|摄像头|相机",
    "cache|缓存",
    "domain|website|web page|网站|网页",
    "font|text size|字体",
    "rejected|refused|declined|denied|拒绝|被拒",
];

/// Words that say nothing of what a ticket is about.
const EMPTY: &str = "a about after again all also am an and any are as at be because been before being but by can cant cannot could customer \
    customers day days dear did didnt do does doesnt dont down each even every for from get gets getting give go got had has hasnt have havent \
    he hello help her here hi his how i if im in into is isnt it its ive just know like look many may me month more most my need never new no \
    not now of off on once one only or our out over please pls problem really same see she should since so some something still such thank \
    thanks that the their them then there these they this those time to today too try tried trying two up urgent us use using very want was \
    wasnt we week were what when where which while who why will with wont work working works would yesterday you your error issue wrong app";
const EMPTY_HAN: &str = "我们 我的 你们 你好 您好 请问 请帮 帮忙 这个 那个 可以 不能 没有 不到 还是 就是 已经 什么 怎么 为什 问题 一直 今天 昨天 客户 谢谢 麻烦 尽快 时候 现在 显示 应用 无法 出现 处理 解决 情况 \
    了解 希望 需要 知道 一下 但是 因为 所以 如果 然后 还有 都是 很多 几个 几天 一个 用户 顾客";

/// A concept with its phrases: those of letters between spaces, those of Han as they are.
struct Concept {
    name: &'static str,
    words: Vec<String>,
    han: Vec<String>,
}

static READ: LazyLock<Vec<Concept>> = LazyLock::new(|| {
    let read = |concept: &&'static str| {
        let (han, words): (Vec<String>, Vec<String>) =
            concept.split('|').map(plain).partition(|phrase| phrase.chars().any(is_han));
        let words = words.into_iter().map(|phrase| format!(" {} ", phrase.replace('-', " "))).collect();
        Concept { name: concept.split('|').next().unwrap_or_default(), words, han }
    };
    CONCEPTS.iter().map(read).collect()
});
static SILENT: LazyLock<HashSet<&str>> =
    LazyLock::new(|| EMPTY.split_whitespace().chain(EMPTY_HAN.split_whitespace()).collect());

/// The weight of a concept beside a word.
const CONCEPT_WEIGHT: f64 = 2.0;

/// The terms of a text with how often they come, concepts counted double.
#[must_use]
pub(super) fn terms(text: &str) -> BTreeMap<String, f64> {
    let text = plain(text);
    let mut terms = BTreeMap::new();
    let (words, han) = cut(&text);
    let spaced = format!(" {} ", words.join(" "));
    let mut explained: Vec<&str> = Vec::new();
    for concept in READ.iter() {
        let before = explained.len();
        explained.extend(concept.han.iter().filter(|phrase| text.contains(*phrase)).map(String::as_str));
        let said = concept.words.iter().filter(|phrase| spaced.contains(*phrase));
        explained.extend(said.flat_map(|phrase| phrase.split_whitespace()));
        if explained.len() > before {
            terms.insert(format!("*{}", concept.name), CONCEPT_WEIGHT);
        }
    }
    for word in words
        .iter()
        .filter(|word| word.len() > 2 && !SILENT.contains(word.as_str()) && !explained.contains(&word.as_str()))
    {
        *terms.entry(stem(word)).or_insert(0.0) += 1.0;
    }
    for run in han {
        for pair in run.windows(2) {
            let pair: String = pair.iter().collect();
            let covered = explained.iter().any(|phrase| phrase.contains(&pair));
            if !covered && !SILENT.contains(pair.as_str()) {
                *terms.entry(pair).or_insert(0.0) += 0.5;
            }
        }
    }
    terms
}

/// The words of a text, and its runs of Han characters.
fn cut(text: &str) -> (Vec<String>, Vec<Vec<char>>) {
    let (mut words, mut runs) = (Vec::new(), Vec::new());
    let (mut word, mut run) = (String::new(), Vec::new());
    for c in text.chars().filter(|c| !matches!(c, '\'' | '’')).chain([' ']) {
        if is_han(c) {
            run.push(c);
        } else if !run.is_empty() {
            runs.push(std::mem::take(&mut run));
        }
        if c.is_alphanumeric() && !is_han(c) {
            word.push(c);
        } else if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
    }
    (words, runs)
}

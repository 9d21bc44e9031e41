//! The demo company's tickets: everyday questions, and six issues that come again in many words and two languages, filed under
//! whatever was at hand. The same ones every time.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use mezzofy_domain::tickets::Ticket;

use crate::merchants::MERCHANTS;
use crate::random::Random;

/// A ticket, and which of the hidden issues it tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoTicket {
    /// The ticket.
    pub ticket: Ticket,
    /// The number of the issue; none for an everyday question.
    pub issue: Option<usize>,
}

const TICKETS: usize = 400;
/// How many tickets tell of a hidden issue.
const ISSUE_PERCENT: i64 = 55;
const CATEGORIES: [&str; 5] = ["technical", "billing", "account", "general", "other"];

/// A subject and a body.
type TicketText = (&'static str, &'static str);

/// The hidden issues: subjects and bodies in English and Chinese.
const ISSUES: [(&[TicketText], &[TicketText]); 6] = [
    (
        &[
            (
                "QR code cannot be scanned since the update",
                "Since yesterday's app update our cashiers cannot scan the coupon QR codes on Android phones.",
            ),
            (
                "Scanner does not read coupons any more",
                "After the new version the scanner stays black and the QR code is not read. Android only.",
            ),
            (
                "Coupons won't scan at the counter",
                "Our staff at the counter can't scan the QR code after updating the app on Android.",
            ),
            (
                "Scanning broken on Android",
                "The latest version cannot read QR codes. We have to type the coupon number by hand.",
            ),
            (
                "QR reader fails after upgrade",
                "Updated this morning, now scanning a coupon shows an empty camera. Phones are Android.",
            ),
        ],
        &[
            ("更新后无法扫描二维码", "应用更新以后，安卓手机扫不了优惠券的二维码，店员只能手动输入。"),
            ("扫码没有反应", "新版本在安卓上打开扫码是黑屏，优惠券二维码读不出来。"),
            ("收银台扫不了券", "升级新版后，柜台的安卓手机无法扫描优惠券二维码。"),
        ],
    ),
    (
        &[
            (
                "Coupon shown as expired a day early",
                "Coupons valid until the 30th are shown as expired on the 29th at midnight. It looks like a time zone problem.",
            ),
            (
                "Vouchers expire before their date",
                "Our voucher should run until Sunday but it expired one day early for customers in Tokyo.",
            ),
            (
                "Wrong expiry date on coupons",
                "The expiry shown to customers is a day early, the coupon is refused as expired although it is still valid.",
            ),
            (
                "Valid coupons rejected as expired",
                "Coupons that end tonight are already expired since this morning, hours early.",
            ),
        ],
        &[
            ("优惠券提前一天过期", "有效期到30号的优惠券，29号半夜就显示过期了，可能是时区问题。"),
            ("券还没到期就失效", "优惠券有效期还没到，系统就提示已过期，提前了一天。"),
            ("有效期显示错误", "顾客看到的到期日比设置的提前一天，券提前失效。"),
        ],
    ),
    (
        &[
            (
                "Verification SMS arrives too late",
                "Customers wait ten minutes for the SMS code when they log in, by then it is no longer accepted.",
            ),
            ("OTP code delayed", "The one-time code by text message comes very late, members can't sign in."),
            (
                "Login code does not come in time",
                "Verification code by SMS is delayed by several minutes, so logging in fails.",
            ),
            ("SMS code late for login", "Our members get the verification SMS after it has run out and can't log in."),
        ],
        &[
            ("短信验证码延迟", "会员登录时短信验证码要等十分钟，收到的时候已经太晚了。"),
            ("登录验证码收到太晚", "验证码短信延迟很久才到，登录失败。"),
            ("验证码迟到", "顾客反映登录的短信验证码晚到好几分钟，无法登录。"),
        ],
    ),
    (
        &[
            (
                "Points not credited after purchase",
                "Members paid at the outlet but the loyalty points were not added to their balance.",
            ),
            ("Missing points", "A customer bought for 80 dollars and the points never arrived in her account."),
            ("Points did not appear", "Since last week points for purchases do not appear for many members."),
            (
                "Loyalty points are missing after payment",
                "Payment went through, but the points are not credited. Several members complained.",
            ),
        ],
        &[
            ("消费后积分没到账", "会员在门店消费以后，积分一直没有到账。"),
            ("积分少了", "顾客付款成功，但是积分没有增加，已有多人投诉。"),
            ("积分未到账", "上周开始很多会员买东西以后积分未到账。"),
        ],
    ),
    (
        &[
            (
                "Settlement report export times out",
                "Exporting the settlement report for October never finishes, after two minutes we get a timeout.",
            ),
            (
                "Cannot export report to Excel",
                "The export of the settlement report to Excel stops with a gateway timeout.",
            ),
            ("Report download hangs", "Download of the monthly reconciliation report as CSV times out every time."),
            (
                "Export of reports fails",
                "We can't export the settlement report, the page loads for minutes and then shows a timeout.",
            ),
        ],
        &[
            ("结算报表导出超时", "导出十月的结算报表一直转圈，两分钟后提示超时。"),
            ("报表无法导出", "对账报表导出Excel每次都超时，下载不了。"),
            ("导出报表没反应", "结算报表导出很久没反应，最后超时失败。"),
        ],
    ),
    (
        &[
            (
                "Customer charged twice for one gift card",
                "A buyer was charged twice on his card for one gift card and asks for a refund.",
            ),
            (
                "Double charge on payment",
                "The payment page was slow, the card was billed two times. Please refund one of them.",
            ),
            (
                "Charged two times, refund needed",
                "One order, two charges on the credit card. The customer wants the money back.",
            ),
            ("Duplicate payment", "Customer paid once and was debited twice, refund is still missing."),
        ],
        &[
            ("重复扣款要求退款", "顾客买礼品卡时被扣了两次款，要求退款。"),
            ("信用卡扣了两笔", "一个订单信用卡重复扣款，请退回其中一笔。"),
            ("付款被扣两次", "付款页面卡住，结果重复扣费，顾客要求退款。"),
        ],
    ),
];

const EVERYDAY: [TicketText; 28] = [
    ("How do I change our logo?", "We have a new logo and would like to replace it in the shop page."),
    ("Add a second outlet", "We open a new outlet in Jurong next month, what do we need to set up?"),
    ("Invoice with our new company name", "Please issue the next invoice with our new registered name."),
    ("Training for new staff", "Two colleagues start on Monday. Is there a tutorial they can follow?"),
    ("Birthday coupons", "Can birthday coupons be sent a week ahead?"),
    ("Push notifications in the evening", "Can we choose at what hour the push messages go out?"),
    ("Malay translation of the shop page", "Some of our guests would prefer Malay."),
    ("Change of contact person", "Please make Ms Lim the contact for our account from now on."),
    ("API documentation", "Where do we find the description of the webhook for orders?"),
    ("Membership tiers", "We would like a gold tier with free delivery."),
    ("Question on plan limits", "How many campaigns may we run at once in our plan?"),
    ("Wallet passes", "Do you support passes for the phone's wallet?"),
    ("Referral programme", "Is there a way to reward members who bring friends?"),
    ("Picture of a campaign looks blurred", "The banner image is blurred on large screens."),
    ("Printer at the till", "Which receipt printers can print the coupon number?"),
    ("Give a colleague access", "Our accountant needs to see the dashboards without changing anything."),
    ("Map shows an old address", "We moved last month and the map still shows the old place."),
    ("Currency for Thailand", "Can vouchers be sold in baht?"),
    ("Export of member list", "Is it allowed to export our members with their birthdays?"),
    ("Unsubscribe from newsletter", "Please take our old mailbox off your newsletter."),
    ("怎么更换店铺图片", "我们想更换首页的横幅图片，请问怎么操作？"),
    ("新员工培训", "下周有两位新同事入职，请问有没有使用教程？"),
    ("开通会员等级", "我们想增加金卡等级，请问需要什么设置？"),
    ("发票抬头变更", "请把下个月的发票抬头改成新公司名称。"),
    ("增加门店", "我们十二月开新店，请帮忙添加门店。"),
    ("生日礼券", "生日礼券可以提前一周发送吗？"),
    ("推荐好友活动", "想做推荐好友的活动，有模板吗？"),
    ("修改联系人", "请把我们账户的联系人改成陈小姐。"),
];

/// The demo's tickets as of a moment.
#[must_use]
pub fn all(now: DateTime<Utc>, today: NaiveDate) -> Vec<DemoTicket> {
    let mut random = Random::seeded(400);
    let mut all: Vec<DemoTicket> = (0..TICKETS).map(|number| ticket(number, now, today, &mut random)).collect();
    all.sort_by(|one, other| {
        one.ticket.created_at.cmp(&other.ticket.created_at).then(one.ticket.id.cmp(&other.ticket.id))
    });
    for (number, demo) in (1_001..).zip(&mut all) {
        demo.ticket.id = format!("T-{number}");
    }
    all
}

fn ticket(number: usize, now: DateTime<Utc>, today: NaiveDate, random: &mut Random) -> DemoTicket {
    // Ten weeks, some forty tickets in each.
    let ago = u64::try_from(random.between(0, 69)).unwrap_or_default();
    let day = today - Days::new(ago);
    let hour = u32::try_from(random.between(0, 11)).unwrap_or_default();
    let minute = u32::try_from(random.between(0, 59)).unwrap_or_default();
    let created = day.and_time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()).and_utc();
    let created_at = if created > now { now - TimeDelta::minutes(random.between(1, 300)) } else { created };
    let issue = random.chance(ISSUE_PERCENT).then(|| random.index(ISSUES.len()));
    let chinese = random.chance(35);
    let (subject, body) = match issue {
        Some(issue) => {
            let (en, zh) = ISSUES[issue];
            let texts = if chinese { zh } else { en };
            texts[random.index(texts.len())]
        }
        None => EVERYDAY[random.index(EVERYDAY.len())],
    };
    let hours = random.between(1, if issue.is_some() { 70 } else { 30 });
    let solved = created_at + TimeDelta::minutes(hours * 60 - random.between(0, 50));
    let resolved_at = Some(solved).filter(|at| *at < now && random.chance(if ago < 7 { 70 } else { 97 }));
    let status = match resolved_at {
        Some(_) if random.chance(60) => "closed",
        Some(_) => "resolved",
        None if random.chance(50) => "open",
        None => "in_progress",
    };
    let ticket = Ticket {
        id: format!("{number:04}"),
        created_at,
        customer: MERCHANTS[random.index(MERCHANTS.len())].name.to_owned(),
        subject: subject.to_owned(),
        body: body.to_owned(),
        category: random.pick(&CATEGORIES).to_owned(),
        priority: match random.between(1, 20) {
            1 => "urgent",
            2..=5 => "high",
            6..=15 => "normal",
            _ => "low",
        }
        .to_owned(),
        status: status.to_owned(),
        resolved_at,
        language: if subject.is_ascii() || !chinese && issue.is_some() { "en" } else { "zh" }.to_owned(),
    };
    DemoTicket { ticket, issue }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use mezzofy_domain::tickets::clusters::recurring;

    use super::*;

    #[test]
    fn the_hidden_issues_of_each_week_are_found_across_languages_and_categories() {
        let now = "2026-11-22T01:00:00Z".parse().unwrap();
        let all = all(now, NaiveDate::from_ymd_opt(2026, 11, 22).unwrap());
        assert_eq!(all.len(), 400);
        let (mut hidden, mut right) = (0, 0);
        for week in 0..10 {
            let of_week: Vec<&DemoTicket> =
                all.iter().filter(|demo| (now - demo.ticket.created_at).num_days() / 7 == week).collect();
            let tickets: Vec<&Ticket> = of_week.iter().map(|demo| &demo.ticket).collect();
            let clusters = recurring(&tickets, &[]);
            let mut issues = BTreeMap::<usize, usize>::new();
            for issue in of_week.iter().filter_map(|demo| demo.issue) {
                *issues.entry(issue).or_default() += 1;
            }
            for (issue, count) in issues.into_iter().filter(|(_, count)| *count >= 3) {
                hidden += 1;
                // Most of its tickets are together, and few others with them.
                let found = clusters.iter().any(|cluster| {
                    let of_issue = cluster.tickets.iter().filter(|at| of_week[**at].issue == Some(issue)).count();
                    of_issue * 10 >= count * 6 && of_issue * 10 >= cluster.tickets.len() * 7
                });
                right += usize::from(found);
            }
        }
        assert!(hidden >= 40, "{hidden}");
        assert!(right * 10 >= hidden * 9, "{right} of {hidden} hidden issues found");
    }
}

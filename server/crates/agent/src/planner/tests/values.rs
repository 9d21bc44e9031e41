//! What the planner hears in a request besides time and recipient: customers, products, industries, places and counts.

use super::*;

fn heard(desk: &Desk, text: &str) -> String {
    match desk.ask(text) {
        Plan::Skill(plan) => {
            let of = |name: &str| plan.inputs.get(name).map(|value| value.to_string().replace('"', ""));
            let heard: Vec<String> =
                ["count", "industry", "location", "company", "product", "question", "send", "channel"]
                    .into_iter()
                    .filter_map(|name| of(name).map(|value| format!("{name}={value}")))
                    .collect();
            format!("{} {}", plan.skill, heard.join(" "))
        }
        Plan::Ask(open) => format!("asks: {}", open.question),
        Plan::NotPossible { .. } => "no".to_owned(),
        Plan::NotPermitted { skill, .. } => format!("not permitted: {skill}"),
        Plan::Talk { .. } => "talk".to_owned(),
    }
}

#[test]
fn customers_products_places_and_counts_are_heard() {
    let table = [
        (
            "Create a pitch deck for Garden Cafe in Hong Kong about digital coupons",
            "pitch_deck company=Garden Cafe product=Digital coupons",
        ),
        (
            "Pitch deck about gift vouchers for Harbour Hotels",
            "pitch_deck company=Harbour Hotels product=Gift vouchers",
        ),
        ("I am meeting Sunrise Cinemas tomorrow, make me a pitch deck", "pitch_deck company=Sunrise Cinemas"),
        (
            "Make a pitch deck for the hotel group Harbour Hotels in Singapore, in Chinese",
            "pitch_deck company=Harbour Hotels",
        ),
        ("为花园咖啡馆制作关于礼券的推介方案", "pitch_deck company=花园咖啡馆 product=Gift vouchers"),
        ("为 ABC Restaurant 制作一份数字优惠券的推介方案", "pitch_deck company=ABC Restaurant product=Digital coupons"),
        ("为香港的花园咖啡馆制作推介方案", "pitch_deck company=花园咖啡馆"),
        ("Send a welcome email to our new customer Kopi House", "customer_welcome company=Kopi House"),
        ("Send a welcome email to Kopi House", "customer_welcome company=Kopi House"),
        ("welcome our new customer Harbour Hotels", "customer_welcome company=Harbour Hotels"),
        ("给新客户金勺餐饮发欢迎邮件", "customer_welcome company=金勺餐饮"),
        (
            "Give me the KPI dashboard for October and post it in the management channel",
            "kpi_dashboard channel=management",
        ),
        ("Post the KPI dashboard for October in the management channel", "kpi_dashboard channel=management"),
        ("Share the October statement in Teams", "financial_reporting channel=finance"),
        ("Send the October statement to the CEO and the finance channel", "financial_reporting channel=finance"),
        ("Summarise this week's tickets and post it to #support in Teams", "support_digest channel=support"),
        ("总结本周的工单并发到客服频道", "support_digest channel=support"),
        ("把十月的财务报表发到Teams", "financial_reporting channel=finance"),
        ("Give me the KPI dashboard for October, but don't post it in Teams", "kpi_dashboard "),
        ("Pitch deck for Garden Cafe, post it in the sales channel", "no"),
        (
            "Write a playbook for our new loyalty feature for the sales channel",
            "content_and_playbook product=loyalty feature",
        ),
        ("Send a welcome email", "asks: Which customer is to be welcomed? Say the company's name as the CRM has it."),
    ];
    let desk = Desk::of_everything();
    let wrong: Vec<String> = table
        .iter()
        .map(|(text, wanted)| (text, heard(&desk, text), wanted))
        .filter(|(_, heard, wanted)| heard != *wanted)
        .map(|(text, heard, wanted)| format!("{text}: {heard}, not {wanted}"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

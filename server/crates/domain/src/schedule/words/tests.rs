use super::*;

fn said(text: &str) -> String {
    read(text).map_or_else(|| "once".to_owned(), |said| format!("{} | {}", said.cron, said.request))
}

#[test]
fn times_are_read_out_of_a_request() {
    for (text, wanted) in [
        ("Every Monday at 9 send me the KPI report", "0 9 * * 1 | Send me the KPI report"),
        ("Send me the KPI report every Monday at 9am", "0 9 * * 1 | Send me the KPI report"),
        ("every monday and thursday at 9:30 pm, summarise the tickets", "30 21 * * 1,4 | Summarise the tickets"),
        (
            "Please send the CEO the statement every month on the 15th at 08:00.",
            "0 8 15 * * | Please send the CEO the statement",
        ),
        ("Send the CEO the financial statement every month", "0 9 1 * * | Send the CEO the financial statement"),
        (
            "Send the CEO the financial statement on the 5th of every month",
            "0 9 5 * * | Send the CEO the financial statement",
        ),
        ("On the 1st of every month at 8am send me the statement", "0 8 1 * * | Send me the statement"),
        ("At 7am every day email me the open tickets", "0 7 * * * | Email me the open tickets"),
        ("Each weekday at noon show me the leads to follow up", "0 12 * * 1-5 | Show me the leads to follow up"),
        ("Summarise this week's tickets on Fridays at 5pm", "0 17 * * 5 | Summarise this week's tickets"),
        ("Email me the KPI report weekly", "0 9 * * 1 | Email me the KPI report"),
        ("Every Monday morning send me the KPI report", "0 9 * * 1 | Send me the KPI report"),
        ("Every Friday afternoon at 5 summarise the tickets", "0 17 * * 5 | Summarise the tickets"),
        ("Send me the KPI report on Mondays at 8 in the evening", "0 20 * * 1 | Send me the KPI report"),
        ("Every Monday send me the KPI report at 10:30", "30 10 * * 1 | Send me the KPI report"),
        ("At 10 send me the KPI report every Monday", "0 10 * * 1 | Send me the KPI report"),
        ("Every month on the 1st at 8 send the CEO the statement", "0 8 1 * * | Send the CEO the statement"),
        ("every 2 hours tell me the open tickets", "0 */2 * * * | Tell me the open tickets"),
        ("every 5 minutes tell me the open tickets", "*/5 * * * * | Tell me the open tickets"),
        ("每周一早上九点给我发关键指标报告", "0 9 * * 1 | 给我发关键指标报告"),
        ("每周五下午5点半总结本周工单并发给我", "30 17 * * 5 | 总结本周工单并发给我"),
        ("请每天10:00发给我待跟进的线索", "0 10 * * * | 请发给我待跟进的线索"),
        ("每月1号上午八点把上个月的财务报表发给CEO", "0 8 1 * * | 把上个月的财务报表发给CEO"),
        ("每周五下午总结本周工单", "0 14 * * 5 | 总结本周工单"),
        ("每周一给我发关键指标报告，上午十点", "0 10 * * 1 | 给我发关键指标报告"),
        ("给我看看上周的关键指标，每周一早上八点半发给我", "30 8 * * 1 | 给我看看上周的关键指标，发给我"),
        ("每个工作日给我看未解决工单", "0 9 * * 1-5 | 给我看未解决工单"),
    ] {
        assert_eq!(said(text), wanted, "{text}");
    }
}

#[test]
fn what_is_to_be_done_once_has_no_times() {
    for text in [
        "Send me the weekly KPI report",
        "Generate the monthly financial statement for October and send it to the CEO",
        "Show revenue for every month of 2026",
        "Revenue of every month",
        "Thank every customer in the mail",
        "Write an email to each lead in Singapore",
        "每月的收入是多少",
        "给每位客户发邮件",
        "Schedule a product demo with a prospect",
        "Send the October statement to the CEO at 9",
        "every Monday at 9",
    ] {
        assert_eq!(said(text), "once", "{text}");
    }
}

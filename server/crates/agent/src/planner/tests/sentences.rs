//! How people ask, and what the planner makes of it: skill, period and recipients on one line.

use super::*;

fn outcome(plan: &Plan) -> String {
    match plan {
        Plan::Skill(plan) => {
            let text = |name: &str| plan.inputs.get(name).and_then(Value::as_str).unwrap_or("-");
            let recipients = plan.inputs.get("recipients").and_then(Value::as_array).into_iter().flatten();
            let names: Vec<&str> =
                recipients.filter_map(Value::as_str).filter_map(|email| email.split('@').next()).collect();
            format!(
                "{} {} {}",
                text("period"),
                if names.is_empty() { "-".to_owned() } else { names.join("+") },
                text("language")
            )
        }
        Plan::Ask(open) => match &open.about {
            About::Skill { .. } => "which?".to_owned(),
            About::Input(filling) => match filling.needs.first() {
                Some(MissingInput::Period | MissingInput::OnePeriod { .. } | MissingInput::ClearPeriod { .. }) => {
                    "period?".to_owned()
                }
                _ => "who?".to_owned(),
            },
        },
        Plan::NotPossible { .. } => "no".to_owned(),
        // Other skills are not this person's here; that they serve it is measured in `routing`.
        Plan::NotPermitted { skill, .. } if skill != "financial_reporting" => "no".to_owned(),
        Plan::NotPermitted { .. } => "not permitted".to_owned(),
        Plan::Talk { .. } => "talk".to_owned(),
    }
}

fn assert_outcomes(table: &[(&str, &str)]) {
    assert_each(&Desk::new(), outcome, table);
}

#[test]
fn english_requests_for_a_statement_are_understood() {
    assert_outcomes(&[
        ("Generate the latest financial statement and send it to the CEO", "2026-10 ceo en"),
        ("Generate the latest financial statement as PDF and send it to the CEO", "2026-10 ceo en"),
        ("GENERATE THE LATEST FINANCIAL STATEMENT AND SEND IT TO THE CEO", "2026-10 ceo en"),
        ("P&L for Q3 as PDF", "2026-Q3 - en"),
        ("balance sheet 2025 please", "2025 - en"),
        ("send last year's financials to Grace Tan", "2025 ceo en"),
        ("email me the October statement", "2026-10 finance.manager en"),
        ("Make a PDF of the income statement", "2026-10 - en"),
        ("Generate the monthly profit and loss statement", "2026-10 - en"),
        ("Show the balance sheet for Q3", "2026-Q3 - en"),
        ("Can you prepare the financial statements for the third quarter?", "2026-Q3 - en"),
        ("I need the P and L of last month", "2026-10 - en"),
        ("pnl oct 2025", "2025-10 - en"),
        ("Give me the cash flow statement for H1 2026", "2026-H1 - en"),
        ("Year to date financials", "2026-YTD - en"),
        ("Send the CEO our financial statement for 2025-10", "2025-10 ceo en"),
        ("Please create the financial report for FY2025 and forward it to grace", "2025 ceo en"),
        ("income statement, last quarter, to ceo@mezzofy.example", "2026-Q3 ceo en"),
        ("Financial statement for Q3 2025 in Chinese, to the CEO", "2025-Q3 ceo zh"),
        ("Prepare the annual financial statements", "2025 - en"),
        ("Get the statement of financial position as of 31 December 2025", "2025-12 - en"),
        ("Generate the financial statement but don't send it", "2026-10 - en"),
        ("Financial statement for October without emailing it to anyone", "2026-10 - en"),
        ("financial statement to the CEO and me", "2026-10 ceo+finance.manager en"),
        ("Send our September financials to the CEO and the sales manager", "2026-09 ceo+sales.manager en"),
        ("mail the P&L of two months ago to x@example.org", "2026-09 x en"),
        ("Could you send me the latest balance sheet?", "2026-10 finance.manager en"),
        ("I'd like the statement for the first half of 2025", "2025-H1 - en"),
        ("we need this year's financial statement", "2026-YTD - en"),
        ("Q2 statement", "2026-Q2 - en"),
        ("The financial statement compared with last quarter's, for Q4 2025", "period?"),
        ("profit & loss for March 2019", "2019-03 - en"),
        ("Generate finacial statement", "2026-10 - en"),
        ("Hi, may I have the balance sheet of May?", "2026-05 - en"),
        ("pull together the Q3 financials for Grace", "2026-Q3 - en"),
        (
            "Please generate the financial statements for the month of October and share with our CEO Grace Tan",
            "2026-10 ceo en",
        ),
        ("P&L for the year ended 31 December 2025", "2025 - en"),
        ("Finance report for October, send to Grace", "which?"),
    ]);
}

#[test]
fn english_requests_for_other_work_are_not_taken_for_a_statement() {
    assert_outcomes(&[
        ("write a poem", "no"),
        ("Write a poem about the balance sheet", "no"),
        ("cancel my subscription", "no"),
        ("Find 20 F&B companies in Singapore on LinkedIn and send intro emails", "no"),
        ("Create a pitch deck for ABC Restaurant Group", "no"),
        ("Write website content and a playbook for our new loyalty feature", "no"),
        ("Summarise this week's tickets and flag recurring issues", "no"),
        ("Give me a dashboard of team KPIs this month", "no"),
        ("Prepare the VAT return", "no"),
        ("Create an invoice for customer ACME", "no"),
        ("Forecast cash flow for next quarter", "no"),
        ("Compare actual spending with the budget", "no"),
        ("Approve this expense report", "no"),
        ("Explain what a balance sheet is", "no"),
        ("What is a balance sheet?", "no"),
        ("Reconcile the bank statement", "no"),
        ("Export the general ledger to Excel", "no"),
        ("How many tickets are open?", "no"),
        ("What's the weather tomorrow", "no"),
        ("Write the CEO letter for the annual report", "no"),
        ("Tell everyone that the office is closed on Friday", "no"),
        ("send an email to the CEO", "no"),
        ("asdf", "no"),
        ("???", "no"),
        ("", "no"),
    ]);
}

#[test]
fn what_may_be_meant_is_asked_and_what_can_not_be_done_is_said() {
    assert_outcomes(&[
        ("send the report to the CEO", "which?"),
        ("numbers for Q3", "which?"),
        ("What were our total expenses in October?", "which?"),
        ("Generate the financial statement of Contoso Holdings", "which?"),
        ("financial statement for ACME", "which?"),
        ("Financial statement as Excel", "no"),
        ("P&L for Q3 as Word document", "no"),
        ("Financial statement in German", "no"),
        ("P&L as PDF, not Excel", "2026-10 - en"),
        ("financial statement for the last three months", "period?"),
        ("financial statements for 2024 and 2025", "period?"),
        ("send the financial statement to the CFO", "who?"),
        ("send the financial statement to Wei", "who?"),
        ("generate the financial statement and email it", "who?"),
        ("generate the financial statement and send it to her", "who?"),
        ("financial statement in both English and Chinese", "no"),
        ("Send the CEO the financial statement every quarter", "no"),
        ("Please do not generate a financial statement", "no"),
        ("Analyse the balance sheet", "no"),
        ("financial statement for Q5", "period?"),
        ("hello", "talk"),
        ("Hi there!", "talk"),
        ("thanks a lot", "talk"),
        ("what can you do?", "talk"),
    ]);
}

#[test]
fn chinese_requests_for_a_statement_are_understood() {
    assert_outcomes(&[
        ("生成上个季度的财务报表并发给CEO", "2026-Q3 ceo zh"),
        ("生成最新的财务报表并发送给CEO", "2026-10 ceo zh"),
        ("把上个月的损益表发给首席执行官", "2026-10 ceo zh"),
        ("2025年财务报表", "2025 - zh"),
        ("今年第二季度的资产负债表发给我", "2026-Q2 finance.manager zh"),
        ("请帮我生成10月份的财务报表", "2026-10 - zh"),
        ("请生成最新的财务报表，并以邮件发送给首席执行官。", "2026-10 ceo zh"),
        ("我要去年的年度财务报告", "2025 - zh"),
        ("出一份上半年的现金流量表", "2026-H1 - zh"),
        ("查看2025年第三季度的利润表", "2025-Q3 - zh"),
        ("财报", "2026-10 - zh"),
        ("上月财报发老板", "2026-10 ceo zh"),
        ("麻烦把今年以来的财务报表发给Grace Tan", "2026-YTD ceo zh"),
        ("生成财务报表，不要发送", "2026-10 - zh"),
        ("生成9月的财务报表，不用发给任何人", "2026-09 - zh"),
        ("给我一份最近一期的资产负债表", "2026-10 - zh"),
        ("给我发一份最近一期的资产负债表", "2026-10 finance.manager zh"),
        ("将2025年10月的损益表以PDF格式发送至ceo@mezzofy.example", "2025-10 ceo zh"),
        ("財務報表，上個季度，發給總裁", "2026-Q3 ceo zh"),
        ("用英文生成第三季度的财务报表并发给CEO", "2026-Q3 ceo en"),
        ("把财务报表发给CEO和我", "2026-10 ceo+finance.manager zh"),
        ("二〇二五年十二月的资产负债表", "2025-12 - zh"),
        ("准备一下公司的年度财务报表", "2025 - zh"),
        ("请把 Q3 的 P&L 发给 CEO", "2026-Q3 ceo zh"),
        ("能不能给我看看去年第四季度的损益表？", "2025-Q4 - zh"),
        ("２０２５年的财务报表", "2025 - zh"),
    ]);
}

#[test]
fn chinese_requests_for_other_work_are_not_taken_for_a_statement() {
    assert_outcomes(&[
        ("写一首诗", "no"),
        ("写一首关于财务报表的诗", "no"),
        ("取消我的订阅", "no"),
        ("在领英上找20家新加坡的餐饮公司", "no"),
        ("为ABC餐饮集团做一份演示文稿", "no"),
        ("总结本周的工单", "no"),
        ("什么是资产负债表？", "no"),
        ("预测下个季度的现金流", "no"),
        ("开一张发票给客户", "no"),
        ("今天天气怎么样", "no"),
        ("请帮我写一篇面向中国客户的产品介绍", "no"),
        ("用Excel生成财务报表", "no"),
        ("财务报表，用Word格式", "no"),
        ("把财务报表发到微信", "no"),
        ("每个月1号把财务报表发给CEO", "no"),
        ("最新财务报表，中英文各一份", "no"),
        ("不要生成财务报表", "no"),
        ("帮我分析一下财务报表", "no"),
        ("给我看看报告", "which?"),
        ("十月的收入是多少", "which?"),
        ("最近三个月的财务报表", "period?"),
        ("2024年和2025年的财务报表", "period?"),
        ("把财务报表发给财务总监", "who?"),
        ("生成财务报表并用邮件发送", "who?"),
        ("你好", "talk"),
        ("谢谢", "talk"),
        ("你能做什么？", "talk"),
    ]);
}

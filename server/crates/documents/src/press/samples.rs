//! One document of each kind in each script, with every block, for the tests.

use mezzofy_domain::money::format_amount;
use rust_decimal::Decimal;

use crate::doc::{
    Block, Category, Chart, Column, ColumnKind, Doc, DocKind, Fact, Form, Kpi, Row, RowKind, Section, Series, Slide,
    Table, Tone, Writing,
};

/// The words of a sample in a script.
struct Words {
    title: &'static str,
    subtitle: &'static str,
    heading: [&'static str; 3],
    text: &'static str,
    points: [&'static str; 3],
    names: [&'static str; 4],
    figures: [&'static str; 3],
}

fn words(writing: Writing) -> Words {
    match writing {
        Writing::English => Words {
            title: "Loyalty that brings guests back",
            subtitle: "October 2026",
            heading: ["Where we stand", "What moved the result", "What to do next"],
            text: "Guests who hold a digital coupon return sooner and spend more on each visit. The figures below compare \
                   October with the month before; every one of them comes from the books or the coupon system.",
            points: [
                "Renew the breakfast coupon, which brought the most first visits.",
                "Move the stamp card to the new point-of-sale terminals before the holidays begin.",
                "Ask the three outlets with falling visits what changed.",
            ],
            names: ["Kuala Lumpur", "Singapore", "Hong Kong", "Taipei"],
            figures: ["Revenue", "Expenses", "Net income"],
        },
        Writing::Simplified => Words {
            title: "让顾客常回来的会员计划",
            subtitle: "2026年10月",
            heading: ["目前的情况", "哪些因素影响了结果", "下一步"],
            text: "持有电子优惠券的顾客回访更快，每次消费也更高。以下数字把十月与上个月相比，全部来自账簿或优惠券系统。",
            points: [
                "续发带来最多新客的早餐券。",
                "在假期开始之前，把集点卡迁移到新的收银终端。",
                "向三家来客减少的门店了解原因。",
            ],
            names: ["吉隆坡", "新加坡", "香港", "台北"],
            figures: ["收入", "费用", "净利润"],
        },
        Writing::Traditional => Words {
            title: "讓顧客常回來的會員計劃",
            subtitle: "2026年10月",
            heading: ["目前的情況", "哪些因素影響了結果", "下一步"],
            text: "持有電子優惠券的顧客回訪更快，每次消費也更高。以下數字把十月與上個月相比，全部來自帳簿或優惠券系統。",
            points: [
                "續發帶來最多新客的早餐券。",
                "在假期開始之前，把集點卡遷移到新的收銀終端。",
                "向三家來客減少的門店了解原因。",
            ],
            names: ["吉隆坡", "新加坡", "香港", "臺北"],
            figures: ["收入", "費用", "淨利潤"],
        },
        Writing::Malay => Words {
            title: "Kesetiaan yang membawa tetamu kembali",
            subtitle: "Oktober 2026",
            heading: ["Kedudukan kita", "Apa yang menggerakkan hasil", "Langkah seterusnya"],
            text: "Tetamu yang memegang kupon digital kembali lebih awal dan berbelanja lebih banyak. Angka di bawah \
                   membandingkan Oktober dengan bulan sebelumnya; semuanya datang daripada buku akaun atau sistem kupon.",
            points: [
                "Perbaharui kupon sarapan yang membawa paling banyak lawatan pertama.",
                "Pindahkan kad setem ke terminal baharu sebelum cuti bermula.",
                "Tanya tiga cawangan yang kurang lawatan apa yang berubah.",
            ],
            names: ["Kuala Lumpur", "Singapura", "Hong Kong", "Taipei"],
            figures: ["Hasil", "Perbelanjaan", "Pendapatan bersih"],
        },
    }
}

fn values(form: Form, nth: i64) -> Vec<Decimal> {
    let numbers: Vec<i64> = match form {
        Form::Waterfall => vec![182_000, 64_500, -38_250, 208_250],
        _ => (1..=4).map(|at| 120_000 + 17_500 * at * (nth + 1) % 93_000).collect(),
    };
    numbers.into_iter().map(Decimal::from).collect()
}

/// A chart of this form.
pub(crate) fn chart(form: Form, writing: Writing) -> Chart {
    let words = words(writing);
    let count = if matches!(form, Form::Pie | Form::Sparkline | Form::Waterfall) { 1 } else { 2 };
    let series = words.figures.iter().zip(0..count);
    let series = series.map(|(name, nth)| Series { name: (*name).into(), values: values(form, nth) }).collect();
    let title = format!("{} (SGD)", words.figures[0]);
    let categories = words.names.iter().map(|name| Category::new(*name)).collect();
    Chart::new(form, title, words.text, categories, series, writing.language()).unwrap()
}

fn kpis(words: &Words) -> Block {
    let kpi = |(index, name): (usize, &&str)| Kpi {
        name: (*name).into(),
        value: format_amount(Decimal::from(348_250 - 90_125 * i64::try_from(index).unwrap())),
        change: if index == 1 { "−3.1%".into() } else { "+12.4%".into() },
        against: words.subtitle.into(),
        tone: if index == 1 { Tone::Bad } else { Tone::Good },
    };
    Block::Kpis { items: words.figures.iter().enumerate().map(kpi).collect() }
}

/// A table of so many lines.
pub(crate) fn table(writing: Writing, lines: usize) -> Table {
    let words = words(writing);
    let column = |title: &str, kind| Column { title: title.into(), kind };
    let line = |at: usize| {
        let value = Decimal::new(1_234_567 + 89_123 * i64::try_from(at).unwrap(), 2);
        Row {
            kind: RowKind::Line,
            cells: vec![format!("{}", 4000 + at), words.names[at % 4].into(), format_amount(value)],
            values: vec![None, None, Some(value)],
        }
    };
    let mut rows = vec![Row::new(RowKind::Group, vec![String::new(), words.figures[0].into(), String::new()])];
    rows.extend((0..lines).map(line));
    let total: Decimal = rows.iter().filter_map(|row| row.value(2)).sum();
    rows.push(Row {
        kind: RowKind::Total,
        cells: vec![String::new(), words.figures[2].into(), format_amount(total)],
        values: vec![None, None, Some(total)],
    });
    Table {
        title: None,
        keep: lines < 20,
        columns: vec![
            column("No.", ColumnKind::Code),
            column(words.heading[0], ColumnKind::Text),
            column("SGD", ColumnKind::Amount),
        ],
        rows,
    }
}

/// A document of this kind with every block.
pub(crate) fn sample(kind: DocKind, writing: Writing) -> Doc {
    let words = words(writing);
    let text = |text: &str| Block::Paragraph { text: text.into() };
    let list = |ordered| Block::List { ordered, items: words.points.map(str::to_owned).to_vec() };
    let chart = |form| Block::Chart(chart(form, writing));
    let mut sections = vec![
        Section::new(words.heading[0], vec![kpis(&words), text(words.text), chart(Form::Columns), chart(Form::Line)]),
        Section {
            caption: Some(words.subtitle.into()),
            ..Section::new(
                words.heading[1],
                vec![
                    chart(Form::Waterfall),
                    chart(Form::Stacked),
                    chart(Form::Pie),
                    chart(Form::Bars),
                    chart(Form::Sparkline),
                ],
            )
        },
        Section::new(words.title, vec![Block::Table(table(writing, 14))]),
        Section {
            notes: Some(words.text.into()),
            ..Section::new(
                words.heading[2],
                vec![
                    list(true),
                    list(false),
                    Block::Callout { title: words.heading[0].into(), text: words.text.into() },
                    Block::Facts { items: vec![Fact::new(words.figures[0], words.text)] },
                ],
            )
        },
    ];
    if kind == DocKind::Letter {
        sections =
            vec![Section { title: None, ..Section::new("", vec![text(words.text), list(false), text(words.text)]) }];
    }
    if kind == DocKind::Deck {
        sections = slides(&words, writing);
    }
    Doc {
        kind,
        title: words.title.into(),
        subtitle: words.subtitle.into(),
        language: writing,
        meta: vec![
            Fact::new("To", "Grace Tan\nABC Restaurant Group"),
            Fact::new("Date", words.subtitle),
            Fact::new("From", "Mei Lin"),
        ],
        sections,
        pictures: Vec::new(),
    }
}

fn slides(words: &Words, writing: Writing) -> Vec<Section> {
    let chart = |form| Block::Chart(chart(form, writing));
    let list = Block::List { ordered: false, items: words.points.map(str::to_owned).to_vec() };
    let cover =
        Section { slide: Slide::Cover, caption: Some(words.subtitle.into()), ..Section::new(words.title, vec![]) };
    vec![
        cover,
        Section::new(words.heading[0], vec![Block::Paragraph { text: words.text.into() }, list.clone()]),
        Section::new(words.heading[1], vec![list.clone(), chart(Form::Columns)]),
        Section { slide: Slide::Divider, ..Section::new(words.heading[1], vec![]) },
        Section::new(words.heading[1], vec![chart(Form::Waterfall)]),
        Section::new(words.figures[0], vec![kpis(words), chart(Form::Line)]),
        Section::new(words.title, vec![Block::Table(table(writing, 5))]),
        Section { slide: Slide::Closing, ..Section::new(words.heading[2], vec![]) },
    ]
}

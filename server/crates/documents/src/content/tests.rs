use super::*;
use crate::doc::{ColumnKind, RowKind};

fn data() -> BTreeMap<String, Grid> {
    let row = |month: &str, revenue: &str, tickets: &str| {
        [month, revenue, tickets].map(|cell| Some(cell.to_owned())).to_vec()
    };
    let grid = Grid {
        columns: ["month", "revenue", "tickets"].map(str::to_owned).to_vec(),
        rows: vec![row("2026-09", "1200.5", "40"), row("2026-10", "-30.25", "41")],
    };
    BTreeMap::from([("call_1".to_owned(), grid)])
}

fn made(blocks: &Value) -> Result<Doc, ContentError> {
    let content = json!({"title": "Sales", "sections": [{"title": "Months", "blocks": blocks}]});
    let problems = unknown_property(&content);
    assert!(problems.is_none(), "{problems:?}");
    serde_json::from_value::<Content>(content).unwrap().doc(DocKind::Digest, &data(), Vec::new(), Language::En)
}

/// Every property that a block uses stands in the schema.
fn unknown_property(content: &Value) -> Option<String> {
    let schema = Content::schema();
    let blocks = &schema["properties"]["sections"]["items"]["properties"]["blocks"]["items"]["oneOf"];
    for block in content["sections"][0]["blocks"].as_array()? {
        let shape = blocks.as_array()?.iter().find(|shape| shape["properties"]["type"]["const"] == block["type"]);
        let Some(shape) = shape else { return Some(format!("no block {}", block["type"])) };
        for name in block.as_object()?.keys() {
            if shape["properties"].get(name).is_none() {
                return Some(name.clone());
            }
        }
    }
    None
}

#[test]
fn a_table_takes_its_figures_from_data_and_sums_them_up() {
    let doc = made(&json!([{"type": "table", "from": "call_1", "total": "Total"}])).unwrap();
    let Block::Table(table) = &doc.sections[0].blocks[0] else { panic!("no table") };
    let kinds: Vec<ColumnKind> = table.columns.iter().map(|column| column.kind).collect();
    assert_eq!(kinds, [ColumnKind::Text, ColumnKind::Amount, ColumnKind::Figure]);
    let cells: Vec<&[String]> = table.rows.iter().map(|row| row.cells.as_slice()).collect();
    assert_eq!(cells[0], ["2026-09", "1,200.50", "40"]);
    assert_eq!(cells[2], ["Total", "1,170.25", ""]);
    assert_eq!((table.rows[2].kind, table.rows[2].value(1)), (RowKind::Total, Some("1170.25".parse().unwrap())));
}

#[test]
fn a_chart_takes_its_values_from_data_and_says_them_in_words() {
    let chart = json!([{"type": "chart", "form": "line", "title": "Tickets", "from": "call_1", "category": "month",
                        "series": [{"column": "tickets", "name": "New"}]}]);
    let doc = made(&chart).unwrap();
    let Block::Chart(chart) = &doc.sections[0].blocks[0] else { panic!("no chart") };
    assert_eq!(chart.series[0].values, [Decimal::from(40), Decimal::from(41)]);
    assert_eq!(chart.alt, "Tickets. 2026-09: New 40. 2026-10: New 41.");
}

#[test]
fn the_name_of_a_column_is_shown_only_where_the_data_has_it() {
    let doc = made(&json!([
        {"type": "table", "columns": [{"column": "up 37.5%"}], "rows": [["a"]]},
        {"type": "chart", "form": "line", "title": "T", "categories": ["a"], "series": [{"column": "up 37.5%", "values": ["1"]}]}
    ]));
    assert!(!format!("{:?}", doc.unwrap()).contains("37.5"));
}

#[test]
fn what_the_data_does_not_have_is_told() {
    let refused = |block: Value| made(&json!([block])).unwrap_err().to_string();
    assert_eq!(
        refused(json!({"type": "table", "from": "call_9"})),
        "There is no data “call_9” in this run. Use the `call` of an earlier database_query."
    );
    assert_eq!(
        refused(json!({"type": "table", "from": "call_1", "columns": [{"column": "profit"}]})),
        "The data “call_1” has no column “profit”; it has month, revenue, tickets."
    );
    assert_eq!(
        refused(
            json!({"type": "chart", "form": "line", "title": "T", "from": "call_1", "series": [{"column": "month"}]})
        ),
        "“2026-09” in “month” is not a number, so it can't be drawn or summed."
    );
    assert_eq!(
        refused(json!({"type": "table", "columns": [{"title": "A"}], "rows": [["1", "2"]]})),
        "A row of a table has 2 cells for 1 columns."
    );
}

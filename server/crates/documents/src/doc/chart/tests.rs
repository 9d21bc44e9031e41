use super::*;

fn numbers(values: &[i64]) -> Vec<Decimal> {
    values.iter().copied().map(Decimal::from).collect()
}

fn chart(form: Form, rows: &[&[i64]]) -> Result<Chart, ChartError> {
    let categories = rows.first().map_or(0, |row| row.len());
    let series = rows.iter().map(|row| Series { name: "a".into(), values: numbers(row) }).collect();
    Chart::new(
        form,
        "T",
        "alt",
        (0..categories).map(|at| Category::new(at.to_string())).collect(),
        series,
        Language::En,
    )
}

fn high(form: Form, rows: &[&[i64]]) -> Decimal {
    chart(form, rows).unwrap().axis.high
}

#[test]
fn the_axis_reaches_what_is_drawn() {
    assert_eq!(high(Form::Columns, &[&[40, 10], &[50, 20]]), Decimal::from(50));
    assert_eq!(high(Form::Stacked, &[&[40, 10], &[50, 20]]), Decimal::from(100));
    assert_eq!(high(Form::Waterfall, &[&[40, 30, -60, 10]]), Decimal::from(80));
}

#[test]
fn a_waterfall_steps_from_its_start_to_its_end() {
    let levels = chart(Form::Waterfall, &[&[40, 30, -60, 10]]).unwrap().levels();
    let levels: Vec<[Decimal; 2]> = levels.into_iter().map(|(from, to)| [from, to]).collect();
    assert_eq!(levels, [[0, 40], [40, 70], [70, 10], [0, 10]].map(|step| step.map(Decimal::from)));
}

#[test]
fn a_chart_that_would_mislead_is_none() {
    let refused = |form, rows: &[&[i64]]| chart(form, rows).unwrap_err().to_string();
    assert_eq!(refused(Form::Line, &[]), "The chart “T” has no values.");
    assert_eq!(refused(Form::Line, &[&[1, 2], &[1]]), "In the chart “T”, “a” has 1 values for 2 categories.");
    assert!(refused(Form::Pie, &[&[1, -2]]).contains("below zero"));
    assert!(refused(Form::Pie, &[&[0, 0]]).contains("not all zero"));
    assert!(refused(Form::Pie, &[&[1], &[2]]).contains("one row of values"));
    assert!(refused(Form::Pie, &[&[1; 9]]).contains("has 9 categories; at most 8"));
    assert!(refused(Form::Columns, &[&[1][..]; 7]).contains("has 7 series"));
    assert_eq!(
        refused(Form::Waterfall, &[&[40, 30, 60]]),
        "In the chart “T” the start and the changes add up to 70, but the end is 60."
    );
}

//! A chart as Office knows it (`DrawingML` charts, ECMA-376 part 1, 21.2), with the workbook behind it, so that "Edit Data" works.

use std::fmt::Write as _;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use rust_xlsxwriter::{Workbook, XlsxError};

use super::package::{HEAD, Package, escaped, relations};
use crate::doc::{Chart, Form};

const DRAWN: &str = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Puts a chart and its workbook into a package, as the part `{root}/charts/chart{at}.xml`.
pub(super) fn add(package: &mut Package, root: &str, drawn: &Chart, at: usize) -> Result<(), String> {
    let book = workbook(drawn).map_err(|error| error.to_string())?;
    package.declare_ending("xlsx", XLSX);
    package.put(format!("{root}/embeddings/chart{at}.xlsx"), book);
    package.add(&format!("{root}/charts/chart{at}.xml"), DRAWN, xml(drawn));
    let target = [("package", format!("/{root}/embeddings/chart{at}.xlsx"))];
    package.put(format!("{root}/charts/_rels/chart{at}.xml.rels"), relations(target));
    Ok(())
}

/// A row of values as it is drawn.
struct Drawn {
    name: String,
    values: Vec<Decimal>,
    /// As a colour of the theme; nothing is drawn without.
    colour: Option<String>,
}

/// The part of the chart; its workbook is its relation `rId1`.
pub(super) fn xml(chart: &Chart) -> String {
    let drawn = drawn(chart);
    let (own, line) = drawn.split_at(drawn.len() - usize::from(chart.line.is_some()));
    let axes = "<c:axId val=\"1001\"/><c:axId val=\"1002\"/>";
    let mut plot = String::new();
    let rows = |drawn: &[Drawn], from: usize, lines: bool| -> String {
        drawn.iter().zip(from..).map(|(drawn, at)| series(chart, drawn, at, lines)).collect()
    };
    let own_rows = rows(own, 0, matches!(chart.form, Form::Line | Form::Sparkline));
    match chart.form {
        Form::Pie => {
            let _ = write!(
                plot,
                "<c:pieChart><c:varyColors val=\"1\"/>{own_rows}<c:firstSliceAng val=\"0\"/></c:pieChart>"
            );
        }
        Form::Line | Form::Sparkline => {
            let _ = write!(
                plot,
                "<c:lineChart><c:grouping val=\"standard\"/><c:varyColors val=\"0\"/>{own_rows}<c:marker val=\"1\"/>{axes}</c:lineChart>"
            );
        }
        Form::Columns | Form::Bars | Form::Stacked | Form::Waterfall => {
            let direction = if chart.form == Form::Bars { "bar" } else { "col" };
            let stacked = matches!(chart.form, Form::Stacked | Form::Waterfall);
            let (grouping, overlap) = if stacked { ("stacked", 100) } else { ("clustered", -5) };
            let _ = write!(
                plot,
                "<c:barChart><c:barDir val=\"{direction}\"/><c:grouping val=\"{grouping}\"/><c:varyColors val=\"0\"/>{own_rows}<c:gapWidth val=\"60\"/><c:overlap val=\"{overlap}\"/>{axes}</c:barChart>"
            );
        }
    }
    if !line.is_empty() {
        let rows = rows(line, own.len(), true);
        let _ = write!(
            plot,
            "<c:lineChart><c:grouping val=\"standard\"/><c:varyColors val=\"0\"/>{rows}<c:marker val=\"1\"/>{axes}</c:lineChart>"
        );
    }
    if chart.form != Form::Pie {
        plot.push_str(&axes_of(chart.form));
    }
    let legend = if drawn.iter().filter(|drawn| drawn.colour.is_some()).count() > 1 || chart.form == Form::Pie {
        format!(
            "<c:legend><c:legendPos val=\"b\"/>{}<c:overlay val=\"0\"/>{}</c:legend>",
            hidden(&drawn),
            text(1100, "tx1")
        )
    } else {
        String::new()
    };
    let title = format!(
        "<c:title><c:tx><c:rich><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz=\"1200\" b=\"1\"/></a:pPr><a:r><a:rPr lang=\"en-SG\" sz=\"1200\" b=\"1\"/><a:t>{}</a:t></a:r></a:p></c:rich></c:tx><c:overlay val=\"0\"/></c:title>",
        escaped(&chart.title)
    );
    format!(
        "{HEAD}<c:chartSpace xmlns:c=\"http://schemas.openxmlformats.org/drawingml/2006/chart\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><c:roundedCorners val=\"0\"/><c:chart>{title}<c:autoTitleDeleted val=\"0\"/><c:plotArea><c:layout/>{plot}</c:plotArea>{legend}<c:plotVisOnly val=\"1\"/><c:dispBlanksAs val=\"gap\"/></c:chart><c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{}<c:externalData r:id=\"rId1\"><c:autoUpdate val=\"0\"/></c:externalData></c:chartSpace>",
        text(1100, "tx1")
    )
}

/// The workbook: categories in the first column, a column for each row of values.
fn workbook(chart: &Chart) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Sheet1")?;
    for (at, category) in (1_u32..).zip(&chart.categories) {
        sheet.write_string(at, 0, &category.label)?;
    }
    for (column, drawn) in (1_u16..).zip(drawn(chart)) {
        sheet.write_string(0, column, &drawn.name)?;
        for (at, value) in (1_u32..).zip(&drawn.values) {
            sheet.write_number(at, column, value.to_f64().unwrap_or_default())?;
        }
    }
    let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 1, 1)?;
    book.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&day));
    book.save_to_buffer()
}

/// What is drawn: a waterfall stands on steps that are not seen.
fn drawn(chart: &Chart) -> Vec<Drawn> {
    let accent = |at: usize| Some(format!("<a:schemeClr val=\"accent{}\"/>", at % 6 + 1));
    if chart.form == Form::Waterfall {
        return steps(chart);
    }
    let own = chart.series.iter().enumerate().map(|(at, series)| (series, accent(at)));
    let line = chart.line.iter().map(|line| (line, accent(3)));
    own.chain(line)
        .map(|(series, colour)| Drawn { name: series.name.clone(), values: series.values.clone(), colour })
        .collect()
}

fn steps(chart: &Chart) -> Vec<Drawn> {
    let levels = chart.levels();
    let last = levels.len().saturating_sub(1);
    let height = |wanted: fn(bool, bool) -> bool| {
        let one = |(at, (from, to)): (usize, &(Decimal, Decimal))| {
            let (ends, up) = (at == 0 || at == last, to >= from);
            if wanted(ends, up) { (*to - *from).abs() } else { Decimal::ZERO }
        };
        levels.iter().enumerate().map(one).collect::<Vec<_>>()
    };
    let drawn = |name: &str, values, colour: Option<&str>| Drawn {
        name: name.to_owned(),
        values,
        colour: colour.map(|colour| format!("<a:schemeClr val=\"{colour}\"/>")),
    };
    let name = chart.series.first().map(|series| series.name.as_str()).unwrap_or_default();
    vec![
        drawn("–", levels.iter().map(|(from, to)| *from.min(to)).collect(), None),
        drawn(name, height(|ends, _| ends), Some("accent1")),
        drawn("+", height(|ends, up| !ends && up), Some("accent2")),
        drawn("−", height(|ends, up| !ends && !up), Some("accent4")),
    ]
}

/// Legend entries of what is not seen.
fn hidden(drawn: &[Drawn]) -> String {
    let mut entries = String::new();
    for (at, _) in drawn.iter().enumerate().filter(|(_, drawn)| drawn.colour.is_none()) {
        let _ = write!(entries, "<c:legendEntry><c:idx val=\"{at}\"/><c:delete val=\"1\"/></c:legendEntry>");
    }
    entries
}

fn series(chart: &Chart, drawn: &Drawn, at: usize, line: bool) -> String {
    let count = chart.categories.len();
    let column = char::from(b'B' + u8::try_from(at).unwrap_or_default());
    let looks = match (&drawn.colour, line) {
        (None, _) => "<c:spPr><a:noFill/></c:spPr>".to_owned(),
        (Some(colour), true) => format!(
            "<c:spPr><a:ln w=\"28575\" cap=\"rnd\"><a:solidFill>{colour}</a:solidFill><a:round/></a:ln></c:spPr><c:marker><c:symbol val=\"circle\"/><c:size val=\"6\"/><c:spPr><a:solidFill><a:schemeClr val=\"bg1\"/></a:solidFill><a:ln w=\"19050\"><a:solidFill>{colour}</a:solidFill></a:ln></c:spPr></c:marker>"
        ),
        (Some(colour), false) => format!("<c:spPr><a:solidFill>{colour}</a:solidFill></c:spPr>"),
    };
    let looks = if chart.form == Form::Pie {
        slices(count)
    } else if line {
        looks
    } else {
        format!("{looks}<c:invertIfNegative val=\"0\"/>")
    };
    let labels = if chart.form == Form::Pie {
        format!(
            "<c:dLbls>{}<c:dLblPos val=\"outEnd\"/><c:showLegendKey val=\"0\"/><c:showVal val=\"0\"/><c:showCatName val=\"0\"/><c:showSerName val=\"0\"/><c:showPercent val=\"1\"/><c:showBubbleSize val=\"0\"/><c:showLeaderLines val=\"0\"/></c:dLbls>",
            text(1100, "tx1")
        )
    } else {
        String::new()
    };
    let mut categories = String::new();
    let mut values = String::new();
    for (index, (category, value)) in chart.categories.iter().zip(&drawn.values).enumerate() {
        let _ = write!(categories, "<c:pt idx=\"{index}\"><c:v>{}</c:v></c:pt>", escaped(&category.label));
        let _ = write!(values, "<c:pt idx=\"{index}\"><c:v>{value}</c:v></c:pt>");
    }
    let end = count + 1;
    let smooth = if line { "<c:smooth val=\"0\"/>" } else { "" };
    format!(
        "<c:ser><c:idx val=\"{at}\"/><c:order val=\"{at}\"/><c:tx><c:strRef><c:f>Sheet1!${column}$1</c:f><c:strCache><c:ptCount val=\"1\"/><c:pt idx=\"0\"><c:v>{}</c:v></c:pt></c:strCache></c:strRef></c:tx>{looks}{labels}<c:cat><c:strRef><c:f>Sheet1!$A$2:$A${end}</c:f><c:strCache><c:ptCount val=\"{count}\"/>{categories}</c:strCache></c:strRef></c:cat><c:val><c:numRef><c:f>Sheet1!${column}$2:${column}${end}</c:f><c:numCache><c:formatCode>General</c:formatCode><c:ptCount val=\"{count}\"/>{values}</c:numCache></c:numRef></c:val>{smooth}</c:ser>",
        escaped(&drawn.name)
    )
}

fn slices(count: usize) -> String {
    let one = |at: usize| {
        format!(
            "<c:dPt><c:idx val=\"{at}\"/><c:bubble3D val=\"0\"/><c:spPr><a:solidFill><a:schemeClr val=\"accent{}\"/></a:solidFill><a:ln w=\"19050\"><a:solidFill><a:schemeClr val=\"bg1\"/></a:solidFill></a:ln></c:spPr></c:dPt>",
            at % 6 + 1
        )
    };
    (0..count).map(one).collect()
}

fn axes_of(form: Form) -> String {
    let bars = form == Form::Bars;
    let delete = u8::from(form == Form::Sparkline);
    let (below, beside, order) = if bars { ("l", "b", "maxMin") } else { ("b", "l", "minMax") };
    let line = "<c:spPr><a:ln w=\"9525\"><a:solidFill><a:schemeClr val=\"tx2\"/></a:solidFill></a:ln></c:spPr>";
    let none = "<c:spPr><a:ln><a:noFill/></a:ln></c:spPr>";
    let grid = if delete == 1 {
        ""
    } else {
        "<c:majorGridlines><c:spPr><a:ln w=\"6350\"><a:solidFill><a:schemeClr val=\"bg2\"><a:lumMod val=\"90000\"/></a:schemeClr></a:solidFill></a:ln></c:spPr></c:majorGridlines>"
    };
    let crosses = if bars { "max" } else { "autoZero" };
    format!(
        "<c:catAx><c:axId val=\"1001\"/><c:scaling><c:orientation val=\"{order}\"/></c:scaling><c:delete val=\"{delete}\"/><c:axPos val=\"{below}\"/><c:numFmt formatCode=\"General\" sourceLinked=\"0\"/><c:majorTickMark val=\"none\"/><c:minorTickMark val=\"none\"/><c:tickLblPos val=\"low\"/>{line}{words}<c:crossAx val=\"1002\"/><c:crosses val=\"autoZero\"/><c:auto val=\"0\"/><c:lblAlgn val=\"ctr\"/><c:lblOffset val=\"100\"/><c:noMultiLvlLbl val=\"0\"/></c:catAx><c:valAx><c:axId val=\"1002\"/><c:scaling><c:orientation val=\"minMax\"/></c:scaling><c:delete val=\"{delete}\"/><c:axPos val=\"{beside}\"/>{grid}<c:numFmt formatCode=\"#,##0\" sourceLinked=\"0\"/><c:majorTickMark val=\"none\"/><c:minorTickMark val=\"none\"/><c:tickLblPos val=\"nextTo\"/>{none}{words}<c:crossAx val=\"1001\"/><c:crosses val=\"{crosses}\"/><c:crossBetween val=\"between\"/></c:valAx>",
        words = text(1100, "tx2")
    )
}

fn text(size: u32, colour: &str) -> String {
    format!(
        "<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz=\"{size}\"><a:solidFill><a:schemeClr val=\"{colour}\"/></a:solidFill></a:defRPr></a:pPr><a:endParaRPr lang=\"en-SG\"/></a:p></c:txPr>"
    )
}

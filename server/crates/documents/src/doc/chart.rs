//! Charts: the values and what they are called. Renderers draw them; office formats keep the values editable.

use mezzofy_domain::language::Language;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::axis::Axis;

/// So many categories a chart can hold and still be read.
pub const CATEGORIES: usize = 60;
/// So many columns or lines at most: more can't be told apart by colour.
pub const SERIES: usize = 6;
/// So many slices at most.
pub const SLICES: usize = 8;

/// Values over categories.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chart {
    /// How it is drawn.
    pub form: Form,
    /// What it shows, with the unit.
    pub title: String,
    /// The same in words, for those who can't see it.
    pub alt: String,
    /// Along the horizontal axis, or the slices.
    pub categories: Vec<Category>,
    /// What is drawn for each category.
    pub series: Vec<Series>,
    /// A line over the columns, on the same axis.
    pub line: Option<Series>,
    /// The axis of the values.
    pub axis: Axis,
    /// How each value of the first series is written, where its drawing says so: slices and steps.
    pub labels: Vec<String>,
}

/// How a chart is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Columns side by side for each category.
    Columns,
    /// Columns on top of each other for each category; no value is below zero.
    Stacked,
    /// Bars from left to right, one below the other; for long names.
    Bars,
    /// Lines.
    Line,
    /// Slices of a whole; one series, no value below zero.
    Pie,
    /// One line without axes, as large as a figure.
    Sparkline,
    /// How the first value becomes the last one: first the start, then each change, last the end, which is their sum.
    Waterfall,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 7] =
        [Self::Columns, Self::Stacked, Self::Bars, Self::Line, Self::Pie, Self::Sparkline, Self::Waterfall];
}

/// A place on the horizontal axis, or a slice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Category {
    /// Under each column, short.
    pub label: String,
    /// Under that, where a new group begins, e.g. the year.
    pub group: Option<String>,
}

impl Category {
    /// A category that begins no group.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), group: None }
    }
}

/// The values of one column or line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Series {
    /// What it is, for the legend.
    pub name: String,
    /// A value for each category.
    pub values: Vec<Decimal>,
}

/// Why values make no chart of a form.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChartError {
    /// Nothing to draw.
    #[error("The chart “{0}” has no values.")]
    Empty(String),
    /// More than can be read.
    #[error("The chart “{title}” has {count} {what}; at most {most} can be told apart. Leave some out or sum them up.")]
    TooMany {
        /// The chart's title.
        title: String,
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        most: usize,
    },
    /// A series has not one value for each category.
    #[error("In the chart “{title}”, “{series}” has {values} values for {categories} categories.")]
    Uneven {
        /// The chart's title.
        title: String,
        series: String,
        /// How many values it has.
        values: usize,
        /// How many categories there are.
        categories: usize,
    },
    /// A part of a whole that is below zero, or a whole that is nothing.
    #[error("The chart “{0}” shows parts of a whole: its values can't be below zero and not all zero. Use columns.")]
    NoWhole(String),
    /// Steps whose sum is not the end.
    #[error("In the chart “{title}” the start and the changes add up to {sum}, but the end is {end}.")]
    Sum {
        /// The chart's title.
        title: String,
        sum: Decimal,
        /// What stands at the end.
        end: Decimal,
    },
    /// A form that has one series and no line got another.
    #[error("The chart “{0}” can show one row of values only. Use columns.")]
    OneSeries(String),
}

impl Chart {
    /// A chart whose axis holds every value. Checked: a chart that would mislead is none.
    pub fn new(
        form: Form,
        title: impl Into<String>,
        alt: impl Into<String>,
        categories: Vec<Category>,
        series: Vec<Series>,
        language: Language,
    ) -> Result<Self, ChartError> {
        let mut chart = Self {
            form,
            title: title.into(),
            alt: alt.into(),
            categories,
            series,
            line: None,
            axis: Axis::around([], language),
            labels: Vec::new(),
        };
        chart.check()?;
        chart.fit(language);
        Ok(chart)
    }

    /// The same with a line over its columns.
    pub fn with_line(mut self, line: Series, language: Language) -> Result<Self, ChartError> {
        self.line = Some(line);
        self.check()?;
        self.fit(language);
        Ok(self)
    }

    fn fit(&mut self, language: Language) {
        self.axis = Axis::around(self.reach(), language);
        if matches!(self.form, Form::Pie | Form::Waterfall) {
            let first = self.series.first().map(|series| series.values.as_slice()).unwrap_or_default();
            self.labels = first.iter().map(|value| super::axis::short(*value, language)).collect();
        }
    }

    /// Every level that the drawing reaches.
    fn reach(&self) -> Vec<Decimal> {
        let all = self.series.iter().chain(&self.line).flat_map(|series| series.values.iter().copied());
        match self.form {
            Form::Stacked => {
                let sum = |index: usize| self.series.iter().filter_map(|series| series.values.get(index)).sum();
                (0..self.categories.len()).map(sum).collect()
            }
            Form::Waterfall => self.levels().into_iter().flat_map(|(from, to)| [from, to]).collect(),
            Form::Columns | Form::Bars | Form::Line | Form::Pie | Form::Sparkline => all.collect(),
        }
    }

    /// From which level to which each step of a waterfall goes: start and end from zero, the changes from where the one
    /// before ended.
    #[must_use]
    pub fn levels(&self) -> Vec<(Decimal, Decimal)> {
        let values = self.series.first().map(|series| series.values.as_slice()).unwrap_or_default();
        let last = values.len().saturating_sub(1);
        let mut level = Decimal::ZERO;
        values
            .iter()
            .enumerate()
            .map(|(index, value)| {
                let from = if index == last { Decimal::ZERO } else { level };
                level = if index == last { *value } else { level + *value };
                (from, level)
            })
            .collect()
    }

    fn check(&self) -> Result<(), ChartError> {
        let title = || self.title.clone();
        let too_many = |what, count, most| Err(ChartError::TooMany { title: title(), what, count, most });
        if self.categories.is_empty() || self.series.is_empty() {
            return Err(ChartError::Empty(title()));
        }
        let most = if self.form == Form::Pie { SLICES } else { CATEGORIES };
        if self.categories.len() > most {
            return too_many("categories", self.categories.len(), most);
        }
        if self.series.len() > SERIES {
            return too_many("series", self.series.len(), SERIES);
        }
        for series in self.series.iter().chain(&self.line) {
            if series.values.len() != self.categories.len() {
                return Err(ChartError::Uneven {
                    title: title(),
                    series: series.name.clone(),
                    values: series.values.len(),
                    categories: self.categories.len(),
                });
            }
        }
        let alone = matches!(self.form, Form::Pie | Form::Sparkline | Form::Waterfall);
        if (alone && self.series.len() > 1) || (self.form != Form::Columns && self.line.is_some()) {
            return Err(ChartError::OneSeries(title()));
        }
        self.check_sums()
    }

    fn check_sums(&self) -> Result<(), ChartError> {
        let values = || self.series.iter().flat_map(|series| &series.values);
        if matches!(self.form, Form::Pie | Form::Stacked)
            && (values().any(Decimal::is_sign_negative) || values().all(Decimal::is_zero))
        {
            return Err(ChartError::NoWhole(self.title.clone()));
        }
        if self.form == Form::Waterfall {
            let values: Vec<Decimal> = values().copied().collect();
            let (end, steps) = values.split_last().ok_or_else(|| ChartError::Empty(self.title.clone()))?;
            let sum: Decimal = steps.iter().sum();
            if sum != *end {
                return Err(ChartError::Sum { title: self.title.clone(), sum, end: *end });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

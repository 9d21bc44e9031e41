//! `mezzofy_data`: what the company sells, as its catalogue says it.

use std::sync::Arc;

use async_trait::async_trait;
use mezzofy_agent::schema::{self, Code};
use mezzofy_agent::tool::{Context, Outcome, Output, Tool, ToolError, ToolSpec};
use mezzofy_documents::markdown::markdown;
use mezzofy_documents::reports::product::{self, About};
use mezzofy_domain::catalogue::{Catalogue, Feature, Product};
use mezzofy_domain::language::Language;
use mezzofy_domain::roles::Permission;
use mezzofy_domain::trust::Trust;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{ToolContext, read};

pub(super) struct MezzofyData {
    spec: ToolSpec,
    tool_context: Arc<ToolContext>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MezzofyDataInput {
    /// A product or feature as the person called it; left out for all products
    #[schemars(length(max = 300))]
    about: Option<String>,
    /// Only products made for this industry
    #[schemars(length(max = 100))]
    industry: Option<String>,
    /// Without `about`: the product that comes before the others
    #[schemars(length(max = 300))]
    first: Option<String>,
    #[schemars(with = "Option<Code<Language>>")]
    language: Option<Language>,
}

/// What a call keeps for documents: the products themselves, so that a document is made of what was read.
#[derive(Serialize, Deserialize)]
pub(super) struct ProductSelection {
    catalogue: Vec<Product>,
    feature: Option<String>,
}

impl ProductSelection {
    /// What an earlier call kept.
    pub(super) fn of(context: Context<'_>, call: &str) -> Result<Self, ToolError> {
        let kept = context.kept.get(call).and_then(|kept| serde_json::from_value(kept.clone()).ok());
        kept.ok_or_else(|| ToolError::Tell(format!("mezzofy_data has not read “{call}” in this run.")))
    }

    /// The products.
    pub(super) fn products(&self) -> Vec<&Product> {
        self.catalogue.iter().collect()
    }

    /// What is written about.
    pub(super) fn about(&self) -> Option<About<'_>> {
        let product = self.catalogue.first()?;
        let feature: Option<&Feature> =
            self.feature.as_ref().and_then(|id| product.features.iter().find(|feature| feature.id == *id));
        Some(About { product, feature })
    }
}

impl MezzofyData {
    pub(super) fn new(tool_context: &Arc<ToolContext>) -> Self {
        let text = json!({"type": "string"});
        let texts = json!({"type": "array", "items": text});
        let spec = ToolSpec {
            name: "mezzofy_data",
            permission: Permission::Chat,
            effect: false,
            fixed: &[],
            input_schema: schema::of::<MezzofyDataInput>(),
            output_schema: json!({
                "type": "object",
                "properties": {
                    "call": {"type": "string", "description": "Names these products for pdf_generator and pptx_generator"},
                    "found": {"type": "boolean", "description": "Whether the catalogue has what was asked for"},
                    "name": text,
                    "product": text,
                    "summary": text,
                    "facts": {"type": "array", "items": text, "description": "Every claim that may be made, with its source"},
                    "copy": {"type": "string", "description": "A web page of these facts, Markdown"},
                    "names": {"type": "string", "description": "What the catalogue has"},
                    "products": texts
                }
            }),
        };
        Self { spec, tool_context: Arc::clone(tool_context) }
    }

    fn result(
        &self,
        context: Context<'_>,
        input: &MezzofyDataInput,
        catalogue: &Catalogue,
    ) -> (Value, Option<ProductSelection>) {
        let language = input.language.unwrap_or(context.language);
        let names = catalogue.names(language).join(if language == Language::Zh { "、" } else { ", " });
        let asked = input.about.as_deref().map(str::trim).filter(|about| !about.is_empty());
        let Some(asked) = asked else {
            let mut products = catalogue.for_industry(input.industry.as_deref().unwrap_or_default());
            if let Some(first) = input.first.as_deref().and_then(|first| catalogue.find(first)) {
                products.retain(|product| product.id != first.product.id);
                products.insert(0, first.product);
            }
            let list: Vec<&str> = products.iter().map(|product| product.name.in_language(language)).collect();
            let facts: Vec<String> =
                products.iter().flat_map(|product| About { product, feature: None }.facts(language)).collect();
            let result = json!({
                "call": context.call, "found": !products.is_empty(), "products": list, "facts": facts, "names": names,
                "name": list.first(), "product": list.first(),
                "summary": products.first().map(|product| product.summary.in_language(language)),
            });
            return (
                result,
                Some(ProductSelection { catalogue: products.into_iter().cloned().collect(), feature: None }),
            );
        };
        let Some(found) = catalogue.find(asked) else {
            return (json!({"call": context.call, "found": false, "name": asked, "names": names}), None);
        };
        let about = About { product: found.product, feature: found.feature };
        let copy = markdown(&product::web_copy(about, &self.tool_context.company.name, language));
        let summary = found.feature.map_or(&found.product.summary, |feature| &feature.what).in_language(language);
        let result = json!({
            "call": context.call, "found": true, "name": about.name(language),
            "product": found.product.name.in_language(language), "summary": summary,
            "facts": about.facts(language), "copy": copy, "names": names,
            "products": [found.product.name.in_language(language)],
        });
        let kept = ProductSelection {
            catalogue: vec![found.product.clone()],
            feature: found.feature.map(|feature| feature.id.clone()),
        };
        (result, Some(kept))
    }
}

#[async_trait]
impl Tool for MezzofyData {
    fn spec(&self) -> &ToolSpec {
        &self.spec
    }

    async fn call(&self, context: Context<'_>, input: Value) -> Result<Outcome, ToolError> {
        let input: MezzofyDataInput = read(input)?;
        let catalogue = self.tool_context.products.current().await.map_err(ToolError::Tell)?;
        let (result, kept) = self.result(context, &input, &catalogue);
        let keep = kept.map(serde_json::to_value).transpose().map_err(|error| ToolError::Abort(error.to_string()))?;
        Ok(Outcome::Done(Output { result, keep, trust: Trust::Company, ..Output::default() }))
    }
}

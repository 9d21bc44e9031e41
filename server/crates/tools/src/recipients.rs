//! Who is meant by an address, a name or a title.

use mezzofy_agent::planner::{NO_PRODUCTS, Request};
use mezzofy_agent::tool::{Context, ToolError};
use mezzofy_domain::effect::is_address;
use mezzofy_domain::people::Person;

use super::ToolContext;

/// The addresses of those who are named, each by an address, a name or a title.
pub(super) fn addresses(
    tool_context: &ToolContext,
    context: Context<'_>,
    people: &[Person],
    named: &[String],
) -> Result<Vec<String>, ToolError> {
    let today = context.now.with_timezone(&tool_context.zone).date_naive();
    let request = Request {
        texts: &[],
        open: None,
        me: context.person,
        people,
        today,
        latest_month: None,
        allowed: &[],
        products: &NO_PRODUCTS,
    };
    let mut addresses = Vec::new();
    for name in named
        .iter()
        .flat_map(|names| names.split([',', ';', '，', '；', '、']))
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        // As programs of mail write it: a name, and the address that counts.
        let bracketed =
            name.strip_suffix('>').and_then(|name| name.rsplit_once('<')).map(|(_, address)| address.trim());
        let named = bracketed.unwrap_or(name);
        if is_address(named) {
            addresses.push(named.to_owned());
        } else if named.trim_start_matches('@').contains('@') {
            return Err(ToolError::Tell(format!("“{name}” is not an email address. Ask the person who is meant.")));
        } else {
            addresses.extend(tool_context.planner.addresses(&request, name).map_err(ToolError::Tell)?);
        }
    }
    Ok(addresses)
}

//! A model's id as people read it.

/// `claude-sonnet-5-5` as `Claude Sonnet 5.5`, `kimi-k3` as `Kimi K3`.
#[must_use]
pub fn title(id: &str) -> String {
    let mut title = String::new();
    let mut number_before = false;
    for piece in id.split('-') {
        let number = piece.chars().all(|c| c.is_ascii_digit());
        let mut letters = piece.chars();
        if !title.is_empty() {
            title.push(if number && number_before { '.' } else { ' ' });
        }
        title.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        title.push_str(letters.as_str());
        number_before = number;
    }
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_a_name() {
        for (id, name) in [
            ("claude-sonnet-5-5", "Claude Sonnet 5.5"),
            ("claude-haiku-5-5", "Claude Haiku 5.5"),
            ("kimi-k3", "Kimi K3"),
            ("kimi-k3.1-pro", "Kimi K3.1 Pro"),
            ("qwen3", "Qwen3"),
        ] {
            assert_eq!(title(id), name);
        }
    }
}

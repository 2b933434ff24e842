//! Shares, prices and counts of tokens, in words.

/// US dollars to the hundredth of a cent; an unknown price is said to be one.
pub(crate) fn money(cost_usd: Option<f64>) -> String {
    match cost_usd {
        None => "price unknown".to_owned(),
        Some(0.0) => "$0".to_owned(),
        Some(cost) if cost < 0.0001 => "under $0.0001".to_owned(),
        Some(cost) => format!("${cost:.4}"),
    }
}

/// A count in three digits or so: `950`, `12k`, `1.2M`.
pub(crate) fn short(tokens: u64) -> String {
    let (thousands, millions) = (tokens as f64 / 1e3, tokens as f64 / 1e6);
    match tokens {
        0..1_000 => tokens.to_string(),
        1_000..9_950 => format!("{thousands:.1}k"),
        9_950..999_500 => format!("{thousands:.0}k"),
        _ => format!("{millions:.1}M"),
    }
}

/// What the rounds after the sealed opening cost.
pub(crate) fn exchange_cost(cost_usd: Option<f64>) -> String {
    match cost_usd {
        None => "what the exchange cost is unknown".to_owned(),
        Some(_) => format!("the exchange cost {}", money(cost_usd)),
    }
}

/// A share, 0 to 1, as a whole percentage.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

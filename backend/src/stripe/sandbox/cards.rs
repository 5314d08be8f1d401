//! Test cards, by the numbers Stripe documents.

use serde_json::{Value, json};

use super::form::Form;

/// What a card does.
#[derive(Clone, Debug, PartialEq)]
pub enum Card {
    Pays,
    /// The bank asks the person first (3-D Secure).
    Asks,
    Declines(Value),
}

pub fn card(form: &Form, this_year: i64) -> Card {
    if let Some(token) = form.get("payment_method") {
        return match token {
            "pm_card_visa" | "pm_card_mastercard" => Card::Pays,
            "pm_card_authenticationRequired" => Card::Asks,
            "pm_card_chargeDeclinedInsufficientFunds" => declines("card_declined", "insufficient_funds"),
            _ => declines("card_declined", "generic_decline"),
        };
    }
    let of = |name: &str| form.get(&format!("payment_method_data[card][{name}]")).unwrap_or_default();
    let number: String = of("number").chars().filter(char::is_ascii_digit).collect();
    if number.len() < 12 || !luhn(&number) {
        return declines("incorrect_number", "");
    }
    let month: i64 = of("exp_month").trim().parse().unwrap_or(0);
    let year: i64 = of("exp_year").trim().parse().unwrap_or(0);
    let year = if year < 100 { year + 2000 } else { year };
    match () {
        () if !(1..=12).contains(&month) => return declines("invalid_expiry_month", ""),
        () if year < this_year || year > this_year + 50 => return declines("invalid_expiry_year", ""),
        () if !(3..=4).contains(&of("cvc").len()) => return declines("invalid_cvc", ""),
        () => {}
    }
    match &*number {
        "4242424242424242" | "5555555555554444" | "378282246310005" => Card::Pays,
        "4000002500003155" | "4000000000003220" => Card::Asks,
        "4000000000009995" => declines("card_declined", "insufficient_funds"),
        "4000000000000002" => declines("card_declined", "generic_decline"),
        "4000000000009987" => declines("card_declined", "lost_card"),
        "4000000000000069" => declines("expired_card", ""),
        "4000000000000127" => declines("incorrect_cvc", ""),
        "4000000000000119" => declines("processing_error", ""),
        _ => declines("card_declined", "test_mode_live_card"),
    }
}

fn declines(code: &str, decline_code: &str) -> Card {
    Card::Declines(problem(code, decline_code))
}

/// An error of Stripe's kind `card_error`.
pub fn problem(code: &str, decline_code: &str) -> Value {
    let message = match (code, decline_code) {
        ("incorrect_number", _) => "Your card number is incorrect.",
        ("invalid_expiry_month", _) => "Your card's expiration month is invalid.",
        ("invalid_expiry_year", _) => "Your card's expiration year is invalid.",
        ("invalid_cvc" | "incorrect_cvc", _) => "Your card's security code is incorrect.",
        ("expired_card", _) => "Your card has expired.",
        ("processing_error", _) => "An error occurred while processing your card. Try again in a little bit.",
        ("payment_intent_authentication_failure", _) => {
            "We are unable to authenticate your payment method. Please choose a different payment method and try again."
        }
        (_, "insufficient_funds") => "Your card has insufficient funds.",
        (_, "test_mode_live_card") => {
            "Your card was declined. Your request was in test mode, but used a non test card."
        }
        _ => "Your card was declined.",
    };
    let kind = if code.starts_with("payment_intent") { "invalid_request_error" } else { "card_error" };
    let decline_code = if decline_code.is_empty() { Value::Null } else { decline_code.into() };
    json!({ "type": kind, "code": code, "decline_code": decline_code, "message": message })
}

fn luhn(number: &str) -> bool {
    let sum: u32 = number
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0') * (1 + place as u32 % 2);
            digit / 10 + digit % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(number: &str, month: &str, year: &str, cvc: &str) -> Card {
        let pairs = [("number", number), ("exp_month", month), ("exp_year", year), ("cvc", cvc)];
        let pairs = pairs.map(|(name, value)| (format!("payment_method_data[card][{name}]"), value));
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        card(&Form::parse(text.as_bytes()), 2025)
    }

    #[test]
    fn the_documented_cards_do_what_they_are_for() {
        assert_eq!(of("4242 4242 4242 4242", "12", "34", "123"), Card::Pays);
        assert_eq!(of("4000002500003155", "1", "2034", "123"), Card::Asks);
        let code = |card| match card {
            Card::Declines(problem) => format!("{} {}", problem["code"], problem["decline_code"]),
            other => format!("{other:?}"),
        };
        for (card, expected) in [
            (of("4000000000009995", "12", "34", "123"), r#""card_declined" "insufficient_funds""#),
            (of("4242424242424241", "12", "34", "123"), r#""incorrect_number" null"#),
            (of("4242424242424242", "13", "34", "123"), r#""invalid_expiry_month" null"#),
            (of("4242424242424242", "12", "24", "123"), r#""invalid_expiry_year" null"#),
            (of("4242424242424242", "12", "34", "1"), r#""invalid_cvc" null"#),
            (of("4111111111111111", "12", "34", "123"), r#""card_declined" "test_mode_live_card""#),
        ] {
            assert_eq!(code(card), expected);
        }
    }
}

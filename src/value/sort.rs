//! Sorting values of one type, in place.
//!
//! Each type is turned into keys that compare in one step: whole numbers as themselves, decimals as
//! whole numbers of one scale, texts by their bytes (which is code-point order in UTF-8).

use super::{Number, Text, Value};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    Ascending,
    Descending,
}

impl Order {
    pub fn of(ascending: bool) -> Self {
        if ascending { Order::Ascending } else { Order::Descending }
    }
}

/// Sorts, keeping the order of equal values; false, and nothing changed, for values of different types
/// or of a type without an order.
pub fn sort(values: &mut [Value], order: Order) -> bool {
    sort_by_value(values, order, |value| value, |n| Some(Value::Int(n)), text_back)
}

fn text_back(text: Text) -> Option<Value> {
    Some(Value::Text(text))
}

/// Sorts pairs by their values.
pub fn sort_pairs(pairs: &mut [(Text, Value)], order: Order) -> bool {
    sort_by_value(pairs, order, |pair| &pair.1, |_| None, |_| None)
}

/// Sorts by the value in each item. Where a whole number or a text makes the item again, only those are moved.
fn sort_by_value<T: Clone>(
    items: &mut [T],
    order: Order,
    value: impl Fn(&T) -> &Value,
    from_int: impl Fn(i64) -> Option<T>,
    from_text: impl Fn(Text) -> Option<T>,
) -> bool {
    let Some(first) = items.first() else { return true };
    match value(first) {
        Value::Int(_) | Value::Decimal(_) | Value::Wide(_) | Value::Float(_) => {
            let ints = keys(items, |item| match value(item) {
                Value::Int(n) => Some(*n),
                _ => None,
            });
            match ints {
                Some(mut ints) if from_int(0).is_some() => {
                    ints.sort_unstable();
                    write_back(items, ints, order, from_int)
                }
                Some(ints) => permute(items, ints, order),
                None => sort_numbers(items, order, value),
            }
        }
        Value::Text(_) => {
            let texts = keys(items, |item| match value(item) {
                Value::Text(text) => Some(text.clone()),
                _ => None,
            });
            match texts {
                Some(mut texts) if from_text(Text::EMPTY).is_some() => {
                    texts.sort_unstable_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
                    write_back(items, texts, order, from_text)
                }
                Some(texts) => permute(items, texts.iter().map(|text| text.as_str().to_owned()).collect(), order),
                None => false,
            }
        }
        Value::Bool(_) => by_key(items, order, |item| match value(item) {
            Value::Bool(b) => Some(*b),
            _ => None,
        }),
        Value::Date(_) => by_key(items, order, |item| match value(item) {
            Value::Date(date) => Some(date.local_ms()),
            _ => None,
        }),
        Value::Time(_) => by_key(items, order, |item| match value(item) {
            Value::Time(time) => Some(time.seconds),
            _ => None,
        }),
        Value::Null | Value::List(_) | Value::Map(_) | Value::Collection(_) | Value::File(_) | Value::Error(_) => false,
    }
}

/// Numbers of any form: as whole numbers of one scale, or as doubles when that leaves 128 bits.
fn sort_numbers<T: Clone>(items: &mut [T], order: Order, value: impl Fn(&T) -> &Value) -> bool {
    let Some(numbers) = keys(items, |item| value(item).number()) else { return false };
    match at_one_scale(&numbers) {
        Some(mantissas) => permute(items, mantissas, order),
        None => permute(items, numbers.iter().map(|number| double_key(number.to_f64())).collect(), order),
    }
}

fn at_one_scale(numbers: &[Number]) -> Option<Vec<i128>> {
    let wides: Option<Vec<_>> = numbers.iter().map(|number| number.exact()).collect();
    let wides = wides?;
    let scale = wides.iter().map(|wide| wide.scale).max()?;
    let at_scale = wides.iter().map(|wide| wide.mantissa.checked_mul(10i128.checked_pow((scale - wide.scale).into())?));
    at_scale.collect()
}

/// A whole number that orders as the double does.
fn double_key(x: f64) -> i64 {
    let bits = x.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// The key of every item; none when one of them has none.
fn keys<T, K>(items: &[T], key: impl Fn(&T) -> Option<K>) -> Option<Vec<K>> {
    items.iter().map(key).collect()
}

fn by_key<T: Clone, K: Ord>(items: &mut [T], order: Order, key: impl Fn(&T) -> Option<K>) -> bool {
    match keys(items, key) {
        Some(keys) => permute(items, keys, order),
        None => false,
    }
}

/// Puts items in the order of their keys.
fn permute<T: Clone, K: Ord>(items: &mut [T], keys: Vec<K>, order: Order) -> bool {
    let mut keyed: Vec<(K, T)> = keys.into_iter().zip(items.iter().cloned()).collect();
    match order {
        Order::Ascending => keyed.sort_by(|a, b| a.0.cmp(&b.0)),
        Order::Descending => keyed.sort_by(|a, b| b.0.cmp(&a.0)),
    }
    for (item, (_, sorted)) in items.iter_mut().zip(keyed) {
        *item = sorted;
    }
    true
}

/// Makes the items from sorted keys.
fn write_back<T, K>(items: &mut [T], mut keys: Vec<K>, order: Order, item: impl Fn(K) -> Option<T>) -> bool {
    if order == Order::Descending {
        keys.reverse();
    }
    for (place, key) in items.iter_mut().zip(keys) {
        if let Some(made) = item(key) {
            *place = made;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::super::json_read;
    use super::*;

    fn sorted(text: &str, order: Order) -> Option<String> {
        let list = json_read::read(text).expect("valid").as_list().expect("a list").clone();
        let done = list.change(|items| sort(items, order));
        done.then(|| format!("{:?}", Value::List(list)))
    }

    #[test]
    fn numbers_sort_by_value_and_texts_by_code_point() {
        use Order::*;
        assert_eq!(sorted("[10,9,100,-1]", Ascending).as_deref(), Some("LIST(\"[-1,9,10,100]\")"));
        assert_eq!(sorted("[10,9.5,100.25,-1]", Descending).as_deref(), Some("LIST(\"[100.25,10,9.5,-1]\")"));
        assert_eq!(sorted("['é','z','Z','_']", Ascending).as_deref(), Some(r#"LIST("[\"Z\",\"_\",\"z\",\"é\"]")"#));
        assert_eq!(sorted("[1,'a']", Ascending), None);
        assert_eq!(sorted("[[1],[2]]", Ascending), None);
        assert_eq!(sorted("[]", Ascending).as_deref(), Some("LIST(\"[]\")"));
    }

    #[test]
    fn numbers_too_far_apart_for_one_scale_still_sort() {
        assert!(sorted("[1e300,1.0000000000000000000000000000000001,-1e300,2]", Order::Ascending).is_some());
        let doubles = [f64::NEG_INFINITY, -2.5, -0.5, 0.0, 0.5, 2.5, f64::INFINITY];
        assert!(doubles.windows(2).all(|pair| double_key(pair[0]) < double_key(pair[1])));
    }
}

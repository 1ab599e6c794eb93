//! Built-ins over the numbers of a list or collection.
//!
//! Elements may be numbers or texts that spell one; anything else is an error.

use super::Cx;
use crate::fault::Fault;
use crate::value::number::Failure;
use crate::value::{List, Number, Value, Wide, convert};
use std::cmp::Ordering;

builtins! { STATISTICS on List {
    /// The arithmetic mean of the numbers in a list.
    ///
    /// ```dg
    /// info {1, 5, 2, 3}.average();  // => 2.75
    /// ```
    "average" => fn average[cx](list: List) -> Result<Number, Fault> {
        let numbers = numbers(&list, cx)?;
        let mut sum = Number::Int(0);
        for number in &numbers {
            sum = add(sum, *number);
        }
        sum.div(Number::Int(numbers.len() as i64)).map_err(|_| empty(cx))
    }

    /// The middle one of the numbers in a list; of an even count, the mean of the middle two.
    ///
    /// ```dg
    /// info {1, 5, 2, 3}.median();  // => 2.5
    /// ```
    "median" => fn median[cx](list: List) -> Result<Number, Fault> {
        let numbers = sorted(&list, cx)?;
        let middle = numbers.len() / 2;
        if numbers.len() % 2 == 1 {
            return Ok(numbers[middle]);
        }
        add(numbers[middle - 1], numbers[middle]).div(Number::Int(2)).map_err(|_| empty(cx))
    }

    /// The largest of the numbers in a list.
    ///
    /// ```dg
    /// info {1, 5, 2, 3}.largest();  // => 5
    /// ```
    "largest" => fn largest[cx](list: List) -> Result<Number, Fault> {
        let numbers = numbers(&list, cx)?;
        numbers.into_iter().reduce(|a, b| if a.compare(b) == Ordering::Less { b } else { a }).ok_or_else(|| empty(cx))
    }

    /// The smallest of the numbers in a list.
    ///
    /// ```dg
    /// info {1, 5, 2, 3}.smallest();  // => 1
    /// ```
    "smallest" => fn smallest[cx](list: List) -> Result<Number, Fault> {
        let numbers = numbers(&list, cx)?;
        numbers.into_iter().reduce(|a, b| if a.compare(b) == Ordering::Greater { b } else { a }).ok_or_else(|| empty(cx))
    }

    /// The n-th largest of the numbers in a list, from 1.
    ///
    /// ```dg
    /// info {300, 455, 124, 926, 780}.nthLargest(5);  // => 124
    /// ```
    "nthLargest" => fn nth_largest[cx](list: List, n: i64) -> Result<Number, Fault> {
        let numbers = sorted(&list, cx)?;
        let at = place(n, numbers.len(), cx)?;
        Ok(numbers[numbers.len() - 1 - at])
    }

    /// The n-th smallest of the numbers in a list, from 1.
    ///
    /// ```dg
    /// info {300, 455, 124, 926, 780}.nthSmallest(2);  // => 300
    /// ```
    "nthSmallest" => fn nth_smallest[cx](list: List, n: i64) -> Result<Number, Fault> {
        let numbers = sorted(&list, cx)?;
        let at = place(n, numbers.len(), cx)?;
        Ok(numbers[at])
    }

    /// The place of a number among those of a list, from 1 for the largest; with `"asc"`, from 1 for the smallest.
    /// A number that the list does not hold is an error.
    ///
    /// ```dg
    /// info {300, 455, 124, 926, 780}.rank(300);         // => 4
    /// info {120.12, 65, 300.46, 80.5}.rank(80.5, "asc");  // => 2
    /// ```
    "rank" => fn rank[cx](list: List, number: Number, order: Option<&str>) -> Result<i64, Fault> {
        let before = match order {
            None => Ordering::Greater,
            Some(word) if word.eq_ignore_ascii_case("asc") => Ordering::Less,
            Some(word) if word.eq_ignore_ascii_case("desc") => Ordering::Greater,
            Some(word) => return Err(Fault::value(format!("expected `asc` or `desc` as the order, found `{word}`"))),
        };
        let numbers = numbers(&list, cx).map_err(|_| not_ranked())?;
        if !numbers.iter().any(|other| other.compare(number) == Ordering::Equal) {
            return Err(not_ranked());
        }
        Ok(1 + numbers.iter().filter(|other| other.compare(number) == before).count() as i64)
    }

    /// The number of a list that `percent` of a hundred of them do not exceed (nearest rank); more than 0, at
    /// most 100.
    ///
    /// ```dg
    /// info {300, 455, 124, 926, 780}.percentile(50);  // => 455
    /// ```
    "percentile" => fn percentile[cx](list: List, percent: Number) -> Result<Number, Fault> {
        let above_zero = percent.compare(Number::Int(0)) == Ordering::Greater;
        if !above_zero || percent.compare(Number::Int(100)) == Ordering::Greater {
            return Err(Fault::value("expected a percentile above 0 and up to 100"));
        }
        let numbers = sorted(&list, cx)?;
        let share = percent.mul(Number::Int(numbers.len() as i64)).and_then(|all| all.div(Number::Int(100)));
        let rank = share.map_or(0.0, |share| share.to_f64().ceil()) as usize;
        Ok(numbers[rank.clamp(1, numbers.len()) - 1])
    }
}}

fn add(a: Number, b: Number) -> Number {
    a.add(b).unwrap_or_else(|failure| match failure {
        // Beyond 64 bits the nearest double must do: a mean of such numbers is no exact matter.
        Failure::Overflow | Failure::DivideByZero => Number::Float(a.to_f64() + b.to_f64()),
    })
}

fn numbers(list: &List, cx: &Cx<'_>) -> Result<Vec<Number>, Fault> {
    let read = |item: &Value| convert::to_number(item).ok_or_else(|| cx.cast(item, "DECIMAL, NUMBER"));
    list.borrow().iter().map(read).collect()
}

/// The numbers in ascending order, at least one.
fn sorted(list: &List, cx: &Cx<'_>) -> Result<Vec<Number>, Fault> {
    let mut numbers = numbers(list, cx)?;
    if numbers.is_empty() {
        return Err(empty(cx));
    }
    match whole_keys(&numbers) {
        Some(keys) => {
            let mut keyed: Vec<(i128, Number)> = keys.into_iter().zip(numbers).collect();
            keyed.sort_by_key(|(key, _)| *key);
            numbers = keyed.into_iter().map(|(_, number)| number).collect();
        }
        None => numbers.sort_by(|a, b| a.to_f64().total_cmp(&b.to_f64())),
    }
    Ok(numbers)
}

/// The numbers as whole multiples of one unit. Comparing some pairs exactly and others as doubles would be no
/// order that can be sorted by.
fn whole_keys(numbers: &[Number]) -> Option<Vec<i128>> {
    let wides: Option<Vec<Wide>> = numbers.iter().map(|number| number.exact()).collect();
    let wides = wides?;
    let scale = wides.iter().map(|wide| wide.scale).max()?;
    let unit = |wide: &Wide| 10i128.checked_pow((scale - wide.scale).into());
    wides.iter().map(|wide| wide.mantissa.checked_mul(unit(wide)?)).collect()
}

/// A place from 1 as an index.
fn place(n: i64, size: usize, cx: &Cx<'_>) -> Result<usize, Fault> {
    let at = usize::try_from(n).ok().and_then(|n| n.checked_sub(1)).filter(|at| *at < size);
    at.ok_or_else(|| {
        Fault::value(format!("expected a place from 1 to {size} for the function {}, found {n}", cx.function))
    })
}

#[cold]
fn empty(cx: &Cx<'_>) -> Fault {
    Fault::value(format!("the list has no number for the function {}", cx.function))
}

/// Zoho's wording (`deluge/help/functions/number/rank`).
#[cold]
fn not_ranked() -> Fault {
    let message =
        "'List contains invalid(TEXT) entries hence' can not be cast to 'valid list and perform desired operations'";
    Fault::other("run.type", message)
}

//! Values without the evaluator: JSON, dates, maps, numbers, sorting.

use crate::sources;
use ararat::value::{DateTime, Map, Number, Settings, Text, Value, date_format, date_parse, json, json_read, sort};
use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};

#[divan::bench(args = [1, 100, 10_000])]
fn json_read(bencher: Bencher, records: usize) {
    let text = sources::records(records);
    // Freeing what was read is part of it, as in a server that answers one call after another.
    bencher.counter(BytesCount::of_str(&text)).bench(|| json_read::read(black_box(&text)).expect("it is JSON").kind());
}

#[divan::bench(args = [1, 100, 10_000])]
fn json_write(bencher: Bencher, records: usize) {
    let value = json_read::read(&sources::records(records)).expect("it is JSON");
    let settings = Settings::default();
    let write = || {
        let mut out = String::new();
        json::write(&value, &settings, &mut out).expect("it can be written");
        out
    };
    bencher.counter(BytesCount::of_str(&write())).bench_local(write);
}

#[divan::bench(args = ["2026-02-20", "20-Feb-2026", "20-Feb-2026 16:59:00", "2026-02-20T16:59:00+05:30", "02/20/2026"])]
fn date_parse(bencher: Bencher, text: &str) {
    let settings = Settings::default();
    bencher.counter(ItemsCount::new(1u32)).bench(|| date_parse::parse(black_box(text), &settings));
}

#[divan::bench(args = ["dd/MM/yyyy", "yyyy-MM-dd'T'HH:mm:ss", "EEEE, dd MMMM yyyy hh:mm a"])]
fn date_format(bencher: Bencher, pattern: &str) {
    let settings = Settings::default();
    let moment = DateTime::from_local(1_770_287_400_000, false);
    bencher.counter(ItemsCount::new(1u32)).bench(|| date_format::format(moment, black_box(pattern), &settings));
}

/// Keys of a map of this size, in insertion order.
fn keys(count: usize) -> Vec<Text> {
    (0..count).map(|at| Text::new(&format!("Field_{at}"))).collect()
}

#[divan::bench(args = [4, 16, 17, 1_000, 100_000])]
fn map_put(bencher: Bencher, count: usize) {
    let keys = keys(count);
    bencher.counter(ItemsCount::new(count)).bench_local(|| {
        let map = Map::new();
        for (at, key) in keys.iter().enumerate() {
            map.put(key.clone(), Value::Int(at as i64));
        }
        map.len()
    });
}

#[divan::bench(args = [4, 16, 17, 1_000, 100_000])]
fn map_get(bencher: Bencher, count: usize) {
    let keys = keys(count);
    let map = Map::new();
    for (at, key) in keys.iter().enumerate() {
        map.put(key.clone(), Value::Int(at as i64));
    }
    bencher
        .counter(ItemsCount::new(count))
        .bench_local(|| keys.iter().filter(|key| map.get(black_box(key)).is_some()).count());
}

#[divan::bench(args = ["42", "4876876000000123456", "12.25", "1.5E10", "no number"])]
fn number_parse(bencher: Bencher, text: &str) {
    bencher.counter(ItemsCount::new(1u32)).bench(|| Number::parse(black_box(text)));
}

/// Numbers in no order: a linear congruential generator.
fn scattered(count: usize) -> impl Iterator<Item = i64> {
    std::iter::successors(Some(42_i64), |x| Some(x * 16_807 % 2_147_483_647)).take(count)
}

#[divan::bench]
fn sort_numbers(bencher: Bencher) {
    let values: Vec<Value> = scattered(100_000).map(Value::Int).collect();
    sorting(bencher, &values);
}

#[divan::bench]
fn sort_texts(bencher: Bencher) {
    let values: Vec<Value> = scattered(100_000).map(|x| Value::text(&format!("Company {x}"))).collect();
    sorting(bencher, &values);
}

fn sorting(bencher: Bencher, values: &[Value]) {
    bencher
        .counter(ItemsCount::new(values.len()))
        .with_inputs(|| values.to_vec())
        .bench_local_refs(|values| sort::sort(values, sort::Order::of(true)));
}

use ararat::syntax::*;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    if args[1] == "cases" {
        let (mut n, mut ok) = (0, 0);
        for f in &args[2..] {
            for line in std::fs::read_to_string(f).unwrap().lines() {
                let v: serde_json::Value = serde_json::from_str(line).unwrap();
                let s = v["script"].as_str().unwrap();
                let (_, d) = parse(s, ParseOptions::default());
                let e = v["error"].as_str().unwrap_or("");
                n += 1;
                if d.is_empty() { ok += 1; continue; }
                println!("== {} error={e}", v["id"]);
                let src = ararat::source::Source::new("x", s);
                for x in d { println!("{}", x.render(&src)); }
            }
        }
        println!("{ok}/{n}");
    } else if args[1] == "file" {
        for f in &args[2..] {
            let s = String::from_utf8_lossy(&std::fs::read(f).unwrap()).into_owned();
            let (_, d) = parse(&s, ParseOptions::default());
            let src = ararat::source::Source::new(f.as_str(), s.as_str());
            for x in d { println!("{}", x.render(&src)); }
        }
    } else if args[1] == "tree" {
        let s = std::fs::read_to_string(&args[2]).unwrap();
        println!("{:#?}", parse(&s, ParseOptions::default()));
    } else if args[1] == "speed" {
        let mut all = String::new();
        for f in &args[2..] { all.push_str(&std::fs::read_to_string(f).unwrap()); all.push('\n'); }
        let mut s = String::new();
        while s.len() < 4_000_000 { s.push_str(&all); }
        for _ in 0..3 {
            let t = std::time::Instant::now();
            let (f, d) = parse(&s, ParseOptions::default());
            let p = t.elapsed();
            println!("{} bytes {:?} {:.1} MB/s diags {} stmts {}", s.len(), p, s.len() as f64 / 1e6 / p.as_secs_f64(), d.len(), f.body.len());
        }
    }
}

//! The `builtins!` table: a function and its row from one entry.

/// Declares a table of built-ins.
///
/// ```text
/// builtins! { TEXT on Text {
///     /// The part of a text from `start` up to, but not including, `end`.
///     ///
///     /// ```dg
///     /// info "Deluge".subString(0, 3);  // => Del
///     /// ```
///     "subString" | "subText" => fn sub_string(text: &str, start: i64, end: Option<i64>) -> Result<String, Fault> { … }
///
///     /// With settings, host or the called name: `[cx]` names the [`Cx`](super::Cx).
///     "toText" => fn to_text[cx](value: &Value) -> Result<String, Fault> { … }
/// }}
/// ```
macro_rules! builtins {
    ($table:ident on $on:ident { $(
        $(#[doc = $doc:literal])*
        $name:literal $(| $alias:literal)* => fn $function:ident $([$cx:ident])? (
            $($param:ident : $type:ty),* $(,)?
        ) -> $returns:ty $body:block
    )* }) => {
        $(fn $function($($cx: &mut $crate::builtins::Cx<'_>,)? $($param: $type),*) -> $returns $body)*

        pub static $table: &[$crate::builtins::Builtin] = &[$(
            $crate::builtins::Builtin {
                arity: $crate::builtins::arity(&[$(
                    (<$type as $crate::builtins::FromArg>::ACCEPTS, <$type as $crate::builtins::FromArg>::OPTIONAL)
                ),*]),
                name: $name,
                aliases: &[$($alias),*],
                on: $crate::builtins::On::$on,
                doc: &[$($doc),*],
                params: &[$(
                    $crate::builtins::Param {
                        name: stringify!($param),
                        accepts: <$type as $crate::builtins::FromArg>::ACCEPTS,
                        optional: <$type as $crate::builtins::FromArg>::OPTIONAL,
                    }
                ),*],
                returns: stringify!($returns),
                used: <$returns as $crate::builtins::IntoValue>::USE,
                run: |_cx, _args| {
                    let mut _at = 0;
                    $(
                        let $param = <$type as $crate::builtins::FromArg>::take(_args, _at);
                        _at += 1;
                    )*
                    let result = $function($({ let $cx = _cx; $cx },)? $($param),*);
                    $crate::builtins::IntoValue::into_value(result)
                },
            }
        ),*];
    };
}

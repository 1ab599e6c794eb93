//! Built-ins on numbers that go through floating point; results print as Java prints a double (`3.0`).
//!
//! Angles are in radians. Outside of a function's domain the result is null, as documented for `sqrt` and `log`.

use super::Cx;
use crate::fault::Fault;
use crate::value::Number;

builtins! { NUMBER_FLOAT on Number {
    /// The sine of an angle in radians.
    ///
    /// ```dg
    /// info 90.sin();  // => 0.8939966636005579
    /// ```
    "sin" => fn sin(number: Number) -> f64 {
        number.to_f64().sin()
    }

    /// The cosine of an angle in radians.
    ///
    /// ```dg
    /// info 0.cos();  // => 1.0
    /// ```
    "cos" => fn cos(number: Number) -> f64 {
        number.to_f64().cos()
    }

    /// The tangent of an angle in radians.
    ///
    /// ```dg
    /// info 0.tan();  // => 0.0
    /// ```
    "tan" => fn tan(number: Number) -> f64 {
        number.to_f64().tan()
    }

    /// The angle whose sine a number is; null outside of -1 to 1.
    ///
    /// ```dg
    /// info 1.asin();  // => 1.5707963267948966
    /// ```
    "asin" => fn asin(number: Number) -> Option<f64> {
        defined(number.to_f64().asin())
    }

    /// The angle whose cosine a number is; null outside of -1 to 1.
    ///
    /// ```dg
    /// info 1.acos();  // => 0.0
    /// ```
    "acos" => fn acos(number: Number) -> Option<f64> {
        defined(number.to_f64().acos())
    }

    /// The angle whose tangent a number is.
    ///
    /// ```dg
    /// info 1.atan();  // => 0.7853981633974483
    /// ```
    "atan" => fn atan(number: Number) -> f64 {
        number.to_f64().atan()
    }

    /// The angle of the point whose y is the number and whose x is the argument.
    ///
    /// ```dg
    /// info 1.atan2(2);  // => 0.4636476090008061
    /// ```
    "atan2" => fn atan2(number: Number, x: Number) -> f64 {
        number.to_f64().atan2(x.to_f64())
    }

    /// The hyperbolic sine.
    ///
    /// ```dg
    /// info 1.sinh();  // => 1.1752011936438014
    /// ```
    "sinh" => fn sinh[cx](number: Number) -> Result<f64, Fault> {
        finite(number.to_f64().sinh(), cx)
    }

    /// The hyperbolic cosine.
    ///
    /// ```dg
    /// info 0.cosh();  // => 1.0
    /// ```
    "cosh" => fn cosh[cx](number: Number) -> Result<f64, Fault> {
        finite(number.to_f64().cosh(), cx)
    }

    /// The hyperbolic tangent.
    ///
    /// ```dg
    /// info 0.tanh();  // => 0.0
    /// ```
    "tanh" => fn tanh(number: Number) -> f64 {
        number.to_f64().tanh()
    }

    /// The inverse hyperbolic sine.
    ///
    /// ```dg
    /// info 1.asinh();  // => 0.8813735870195429
    /// ```
    "asinh" => fn asinh(number: Number) -> Option<f64> {
        // By the textbook formula, as the documented last digits show; the library's own is more exact.
        let x = number.to_f64();
        defined((x + (x * x + 1.0).sqrt()).ln())
    }

    /// The inverse hyperbolic cosine; null below 1.
    ///
    /// ```dg
    /// info 3.acosh();  // => 1.762747174039086
    /// ```
    "acosh" => fn acosh(number: Number) -> Option<f64> {
        let x = number.to_f64();
        defined((x + (x * x - 1.0).sqrt()).ln())
    }

    /// The inverse hyperbolic tangent; null outside of -1 to 1.
    ///
    /// ```dg
    /// info 0.7.atanh();  // => 0.8673005276940532
    /// ```
    "atanh" => fn atanh(number: Number) -> Option<f64> {
        let x = number.to_f64();
        defined(0.5 * ((1.0 + x) / (1.0 - x)).ln())
    }

    /// An angle in radians as degrees.
    ///
    /// ```dg
    /// info 6.283185307179586.degrees();  // => 360
    /// ```
    "degrees" => fn degrees(number: Number) -> Number {
        let degrees = Number::Float(number.to_f64().to_degrees());
        degrees.exact().map_or(degrees, Number::Exact)
    }

    /// An angle in degrees as radians.
    ///
    /// ```dg
    /// info 90.radians();  // => 1.5707963267948966
    /// ```
    "radians" => fn radians(number: Number) -> f64 {
        number.to_f64().to_radians()
    }

    /// Euler's number to the power of a number.
    ///
    /// ```dg
    /// info 1.exp();  // => 2.718281828459045
    /// ```
    "exp" => fn exp[cx](number: Number) -> Result<f64, Fault> {
        finite(number.to_f64().exp(), cx)
    }

    /// The natural logarithm; null for 0 and less.
    ///
    /// ```dg
    /// info 90.log();  // => 4.499809670330265
    /// info 0.log();   // => null
    /// ```
    "log" => fn log(number: Number) -> Option<f64> {
        defined(number.to_f64().ln())
    }

    /// The logarithm to base 10; null for 0 and less.
    ///
    /// ```dg
    /// info 81.log10();  // => 1.9084850188786497
    /// ```
    "log10" => fn log10(number: Number) -> Option<f64> {
        defined(number.to_f64().log10())
    }

    /// The square root; null below 0.
    ///
    /// ```dg
    /// info 9.sqrt();   // => 3.0
    /// info sqrt(-9);   // => null
    /// ```
    "sqrt" => fn sqrt(number: Number) -> Option<f64> {
        defined(number.to_f64().sqrt())
    }

    /// 1.0, -1.0 or 0.0: the sign of a number.
    ///
    /// ```dg
    /// info 25.125.signum();  // => 1.0
    /// info signum(-12);      // => -1.0
    /// ```
    "signum" => fn signum(number: Number) -> f64 {
        let x = number.to_f64();
        if x == 0.0 { 0.0 } else { x.signum() }
    }
}}

/// None for what no number is the answer of.
fn defined(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

/// A fault for what is too large to be a number.
pub fn finite(x: f64, cx: &Cx<'_>) -> Result<f64, Fault> {
    match x.is_finite() {
        true => Ok(x),
        false => {
            let message = format!("the result of the function {} is too large to be a number", cx.function);
            Err(Fault::other("run.overflow", message))
        }
    }
}

//! Every bad input is a typed error whose message says what was expected and what was found; nothing panics,
//! and after an error the state that was passed in is what it was.

/// Fails unless the result is an error of this variant whose message contains every part.
macro_rules! refused {
    ($result:expr, $variant:pat, $($part:expr),+ $(,)?) => {{
        let error = $result.err().expect("bad input was accepted");
        assert!(matches!(error, $variant), "{error:?} is not {}", stringify!($variant));
        let message = error.to_string();
        $({
            let part = $part.to_string();
            assert!(message.contains(&part), "{message:?} does not say {part:?}");
        })+
    }};
}

#[path = "bad_input/kernels.rs"]
mod kernels;
#[path = "bad_input/npy.rs"]
mod npy;
#[path = "bad_input/parameters.rs"]
mod parameters;
#[path = "bad_input/shapes.rs"]
mod shapes;
#[path = "bad_input/values.rs"]
mod values;

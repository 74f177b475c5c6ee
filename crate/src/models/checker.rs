use super::ModelError;

/// Names the model in its errors.
pub(crate) struct Checker(pub &'static str);

impl Checker {
    /// Refuses a value that is not allowed.
    pub fn check(
        &self,
        parameter: &'static str,
        value: impl Copy + ToString,
        ok: bool,
        allowed: &'static str,
    ) -> Result<(), ModelError> {
        if ok {
            return Ok(());
        }
        Err(ModelError::Parameter { model: self.0, parameter, value: value.to_string(), allowed })
    }
}

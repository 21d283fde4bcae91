"""The version of the rules. Raise it whenever the same request and the same data can give other cents or words."""

ENGINE = "1.0"

"""Stories in a browser. A package, so that the browser is gone when they are over."""

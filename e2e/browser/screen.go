package browser

// Screen is what the page is shown on.
type Screen struct {
	Width, Height int
	Mobile        bool
	Dark          bool
}

// Show shows the page on a screen from now on.
func (c *Chromium) Show(s Screen) error {
	err := c.Do("Emulation.setDeviceMetricsOverride", map[string]any{
		"width": s.Width, "height": s.Height, "deviceScaleFactor": 1, "mobile": s.Mobile,
	}, nil)
	if err != nil {
		return err
	}
	if err := c.Do("Emulation.setScrollbarsHidden", map[string]any{"hidden": true}, nil); err != nil {
		return err
	}
	scheme := "light"
	if s.Dark {
		scheme = "dark"
	}
	return c.Do("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]any{
		{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"},
	}}, nil)
}

// Screenshot is what the screen shows, as PNG; with whole also what has to be
// scrolled to.
func (c *Chromium) Screenshot(whole bool) ([]byte, error) {
	var r struct{ Data []byte }
	err := c.Do("Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": whole, "optimizeForSpeed": false}, &r)
	return r.Data, err
}

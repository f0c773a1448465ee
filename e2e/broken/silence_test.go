package broken

// silenceRows lack media from one side or from both.
var silenceRows = []row{
	{name: "silence/never", fromA: want{"silent-sender", "A"}, fromB: healthy, play: func(c *call) {
		c.connect()
		c.B.talk()
	}},
	{name: "silence/never_from_B", fromA: healthy, fromB: want{"silent-sender", "B"}, play: func(c *call) {
		c.connect()
		c.A.talk()
	}},
	{name: "silence/stopped", fromA: want{"stopped", "A"}, fromB: healthy, play: func(c *call) {
		c.connect()
		c.talk()
		c.hears(c.B, 50)
		c.A.hush()
	}},
	{name: "silence/rtcp_only", fromA: want{"rtcp-only", "A"}, fromB: healthy, play: func(c *call) {
		c.connect()
		c.A.talk(func(s *stream) { s.noRTP = true })
		c.B.talk()
	}},
	{name: "silence/timeout", fromA: want{"timeout", "A"}, fromB: want{"timeout", "B"}, onlyEnded: true, play: func(c *call) {
		c.connect()
		c.talk()
		c.hears(c.A, 20)
		c.hears(c.B, 20)
		c.A.hush()
		c.B.hush()
	}},
	{name: "silence/never_any", fromA: want{"silent-sender", "A"}, fromB: want{"silent-sender", "B"}, onlyEnded: true, play: func(c *call) {
		c.connect()
	}},
}

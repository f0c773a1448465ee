package daemon

import (
	"net/netip"

	"go.uber.org/zap"

	"rtpgo/cmd/rtpgo/internal/doctor"
	"rtpgo/cmd/rtpgo/internal/engine"
	"rtpgo/config"
	"rtpgo/media"
)

// warnOfHost logs what about the host will harm calls, with the command that
// mends it.
func warnOfHost(cfg *config.Config, addresses []netip.Addr, e media.Engine, log *zap.Logger) {
	subject := doctor.Subject{
		Addresses: addresses, PortMin: cfg.PortMin, PortMax: cfg.PortMax,
		SocketPerPort: engine.SocketPerPort(e),
	}
	for _, f := range doctor.AtStart(doctor.ThisHost(), subject) {
		if f.Level != doctor.OK {
			log.Warn(f.Check+": "+f.Found, zap.String("because", f.Because), zap.String("mend", f.Mend))
		}
	}
}

package daemon

import (
	"net/netip"

	"go.uber.org/zap"

	"rtpgo/cmd/rtpgo/internal/doctor"
	"rtpgo/cmd/rtpgo/internal/engine"
	"rtpgo/config"
	"rtpgo/media"
	"rtpgo/media/icmp"
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

// watchICMP listens to ICMP errors, which rtpgo explain tells about; nil where
// that isn't permitted.
func watchICMP(e media.Engine, log *zap.Logger) *icmp.Watcher {
	flows, ok := e.(media.FlowFinder)
	if !ok {
		return nil
	}
	w, err := icmp.Watch(flows)
	if err != nil {
		log.Info("rtpgo explain won't know of ICMP errors", zap.Error(err))
		return nil
	}
	return w
}

package call

// Load is what a host does altogether.
type Load struct {
	Average float64 // runnable processes, over the last minute
	CPU     float64 // busy, in percent of all cores, since the last measurement
}

// overload names the limit of the host's load that a new call would go beyond;
// "" where none is reached.
func (r *Registry) overload() (text string, why refusal) {
	limits := r.CurrentLimits()
	load := r.load.Load()
	switch {
	case load != nil && limits.MaxLoad > 0 && load.Average >= limits.MaxLoad:
		return "Load limit exceeded", refusedLoad
	case load != nil && limits.MaxCPU > 0 && load.CPU >= limits.MaxCPU:
		return "CPU usage limit exceeded", refusedCPU
	case limits.MaxBandwidth > 0 && r.bandwidth() >= uint64(limits.MaxBandwidth):
		return "Bandwidth limit exceeded", refusedBandwidth
	}
	return "", 0
}

// bandwidth is what is received per second, in octets of UDP's payload.
func (r *Registry) bandwidth() uint64 {
	v := r.surveyed.Load()
	if v == nil {
		return 0
	}
	return v.rate.User.Octets + v.rate.Kernel.Octets
}

// measureLoad measures the host once a second, while somebody wants to know.
func (r *Registry) measureLoad() {
	limits := r.CurrentLimits()
	if r.HostLoad == nil || limits.MaxLoad <= 0 && limits.MaxCPU <= 0 {
		r.load.Store(nil)
		return
	}
	load := r.HostLoad()
	r.load.Store(&load)
}

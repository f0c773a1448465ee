package ng

// Feature is a part of rtpgo that a flag may need. Words of a part that isn't
// built are known, do nothing and are named in Request.Unsupported; the table
// below is the one place to change when a part is finished.
type Feature uint8

const (
	FeatureCore        Feature = iota // always there
	FeatureTranscoding                // codecs added to an offer, repacketizing
	FeatureT38
	FeatureICE
	FeatureSRTP // SDES, OSRTP
	FeatureDTLS
	FeatureDTMF      // tones, injection, security modes beyond blocking events
	FeatureRecording // files, announcements, PCM forwarding
	FeaturePlayer
	FeatureSubscription // publish, subscribe
	FeatureRTCP         // generated RTCP
	FeatureDelay        // delay buffer
	FeatureRedis
	FeatureCallback // XML-RPC
	numFeatures
)

var features = [numFeatures]struct {
	name  string
	built bool
}{
	FeatureCore:         {"core", true},
	FeatureTranscoding:  {"transcoding", false},
	FeatureT38:          {"T.38", false},
	FeatureICE:          {"ICE", true},
	FeatureSRTP:         {"SRTP", true},
	FeatureDTLS:         {"DTLS", true},
	FeatureDTMF:         {"DTMF processing", false},
	FeatureRecording:    {"recording", false},
	FeaturePlayer:       {"media player", false},
	FeatureSubscription: {"subscriptions", false},
	FeatureRTCP:         {"RTCP generator", true},
	FeatureDelay:        {"delay buffer", false},
	FeatureRedis:        {"Redis", false},
	FeatureCallback:     {"XML-RPC callback", false},
}

// Built tells whether the part is there.
func (f Feature) Built() bool { return features[f].built }

func (f Feature) String() string { return features[f].name }

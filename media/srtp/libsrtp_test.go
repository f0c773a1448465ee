package srtp_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"rtpgo/media/srtp"
)

// gstSuites is how GStreamer's srtpenc and srtpdec, which are libsrtp, name a
// suite. libsrtp has neither AES-192 nor f8, GStreamer no NULL cipher with a key.
var gstSuites = map[*srtp.Suite]struct{ cipher, auth, rtcpAuth string }{
	srtp.AEAD_AES_256_GCM:        {"aes-256-gcm", "null", "null"},
	srtp.AEAD_AES_128_GCM:        {"aes-128-gcm", "null", "null"},
	srtp.AES_256_CM_HMAC_SHA1_80: {"aes-256-icm", "hmac-sha1-80", "hmac-sha1-80"},
	srtp.AES_256_CM_HMAC_SHA1_32: {"aes-256-icm", "hmac-sha1-32", "hmac-sha1-80"},
	srtp.AES_CM_128_HMAC_SHA1_80: {"aes-128-icm", "hmac-sha1-80", "hmac-sha1-80"},
	srtp.AES_CM_128_HMAC_SHA1_32: {"aes-128-icm", "hmac-sha1-32", "hmac-sha1-80"},
}

// TestLibsrtp exchanges RTP and RTCP with libsrtp in both directions, over a
// roll-over.
func TestLibsrtp(t *testing.T) {
	if err := exec.Command("gst-inspect-1.0", "--exists", "srtpenc").Run(); err != nil {
		t.Skip("GStreamer's srtpenc is not installed (gstreamer1.0-tools, gstreamer1.0-plugins-good, -bad): ", err)
	}
	for _, s := range srtp.Suites {
		names, ok := gstSuites[s]
		if !ok {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			const ssrc = 0x12345678
			key := srtp.GenerateKey(s)
			hexKey := hex.EncodeToString(append(append([]byte{}, key.Master...), key.Salt...))
			ports := freePorts(t, 4)
			udpsink := func(c *net.UDPConn) string {
				return fmt.Sprintf("udpsink host=127.0.0.1 port=%d sync=false async=false", c.LocalAddr().(*net.UDPAddr).Port)
			}
			udpsrc := func(port int, caps string) string {
				return fmt.Sprintf("udpsrc address=127.0.0.1 port=%d caps=%s", port, caps)
			}
			out := make([]*net.UDPConn, 4) // of libsrtp: SRTP, SRTCP, RTP, RTCP
			for i := range out {
				out[i] = listen(t)
			}
			protected := fmt.Sprintf("ssrc=(uint)%d,srtp-key=(buffer)%s,srtp-cipher=(string)%s,srtp-auth=(string)%s,"+
				"srtcp-cipher=(string)%s,srtcp-auth=(string)%s,roc=(uint)0", ssrc, hexKey, names.cipher, names.auth, names.cipher, names.rtcpAuth)
			pipeline := strings.Join([]string{
				"srtpenc", "name=e", "key=" + hexKey, "rtp-cipher=" + names.cipher, "rtp-auth=" + names.auth,
				"rtcp-cipher=" + names.cipher, "rtcp-auth=" + names.rtcpAuth,
				udpsrc(ports[0], "application/x-rtp,media=audio,payload=96,clock-rate=8000"), "! e.rtp_sink_0",
				"e.rtp_src_0 !", udpsink(out[0]),
				udpsrc(ports[1], "application/x-rtcp"), "! e.rtcp_sink_0",
				"e.rtcp_src_0 !", udpsink(out[1]),
				"srtpdec", "name=d",
				udpsrc(ports[2], "application/x-srtp,media=audio,payload=96,clock-rate=8000,"+protected), "! d.rtp_sink",
				"d.rtp_src !", udpsink(out[2]),
				udpsrc(ports[3], "application/x-srtcp,"+protected), "! d.rtcp_sink",
				"d.rtcp_src !", udpsink(out[3]),
			}, " ")
			var log bytes.Buffer
			cmd := exec.Command("gst-launch-1.0", strings.Fields(pipeline)...)
			cmd.Stdout, cmd.Stderr = &log, &log
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				cmd.Process.Kill()
				cmd.Wait()
				if t.Failed() {
					t.Logf("gst-launch-1.0 %s\n%s", pipeline, log.String())
				}
			})
			p := srtp.Params{Suite: s, Key: key}
			pr, err := srtp.NewProtector(p)
			if err != nil {
				t.Fatal(err)
			}
			un, err := srtp.NewUnprotector(p)
			if err != nil {
				t.Fatal(err)
			}
			buf := make([]byte, 2000)
			must := func(b []byte, err error) []byte {
				if err != nil {
					t.Fatal(err)
				}
				return b
			}
			warm(t, ports[0], out[0], func(n int) []byte { return rtp(ssrc, uint16(65300+n), 20) })
			warm(t, ports[2], out[2], func(n int) []byte { return must(pr.RTP(buf, rtp(ssrc, uint16(65300+n), 20))) })
			warm(t, ports[1], out[1], func(int) []byte { return report(ssrc, 1) })
			warm(t, ports[3], out[3], func(int) []byte { return must(pr.RTCP(buf, report(ssrc, 1))) })
			for i := range uint16(40) {
				seq := 65520 + i
				pkt := rtp(ssrc, seq, int(i)*11)
				got := exchange(t, ports[0], out[0], pkt)
				if got, err = un.RTP(buf, got); err != nil || !bytes.Equal(got, pkt) {
					t.Fatalf("SRTP of libsrtp, packet %d: %x, %v", seq, got, err)
				}
				if got, err = pr.RTP(buf, pkt); err != nil {
					t.Fatal(err)
				}
				if got = exchange(t, ports[2], out[2], got); !bytes.Equal(got, pkt) {
					t.Fatalf("RTP of libsrtp, packet %d: %x, want %x", seq, got, pkt)
				}
			}
			for i := range 5 {
				pkt := report(ssrc, i)
				got := exchange(t, ports[1], out[1], pkt)
				if got, err = un.RTCP(buf, got); err != nil || !bytes.Equal(got, pkt) {
					t.Fatalf("SRTCP of libsrtp: %x, %v", got, err)
				}
				if got, err = pr.RTCP(buf, pkt); err != nil {
					t.Fatal(err)
				}
				if got = exchange(t, ports[3], out[3], got); !bytes.Equal(got, pkt) {
					t.Fatalf("RTCP of libsrtp: %x, want %x", got, pkt)
				}
			}
		})
	}
}

// warm sends packets until one comes out at the other end, and takes away all
// that do: a pipeline that starts loses some, and refuses what comes twice.
func warm(t *testing.T, port int, from *net.UDPConn, packet func(n int) []byte) {
	t.Helper()
	buf := make([]byte, 2000)
	wait := func(d time.Duration) bool {
		from.SetReadDeadline(time.Now().Add(d))
		_, err := from.Read(buf)
		return err == nil
	}
	for n := range 150 {
		send(t, port, from, packet(n))
		if !wait(100 * time.Millisecond) {
			continue
		}
		for wait(30 * time.Millisecond) {
		}
		return
	}
	t.Fatalf("nothing comes out of port %d", port)
}

// exchange sends a packet to a port and returns what comes out at the other
// end.
func exchange(t *testing.T, port int, from *net.UDPConn, pkt []byte) []byte {
	t.Helper()
	send(t, port, from, pkt)
	buf := make([]byte, 2000)
	from.SetReadDeadline(time.Now().Add(20 * time.Second))
	n, err := from.Read(buf)
	if err != nil {
		t.Fatalf("nothing came back for %x: %v", pkt, err)
	}
	return buf[:n]
}

func send(t *testing.T, port int, from *net.UDPConn, pkt []byte) {
	t.Helper()
	if _, err := from.WriteToUDP(pkt, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}); err != nil {
		t.Fatal(err)
	}
}

func listen(t *testing.T) *net.UDPConn {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// freePorts are ports that nobody had a moment ago, below those that the system
// gives to those who name none.
func freePorts(t *testing.T, n int) []int {
	t.Helper()
	var ports []int
	for len(ports) < n {
		port := 20000 + rand.IntN(12000)
		c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
		if err != nil {
			continue
		}
		defer c.Close()
		ports = append(ports, port)
	}
	return ports
}

func rtp(ssrc uint32, seq uint16, n int) []byte {
	b := make([]byte, 12+n)
	b[0], b[1] = 0x80, 96
	binary.BigEndian.PutUint16(b[2:], seq)
	binary.BigEndian.PutUint32(b[8:], ssrc)
	for i := range b[12:] {
		b[12+i] = byte(i) ^ byte(seq)
	}
	return b
}

// report is a receiver report and a source description.
func report(ssrc uint32, blocks int) []byte {
	b := make([]byte, 8+24*blocks)
	b[0], b[1] = 0x80|byte(blocks), 201
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)/4-1))
	binary.BigEndian.PutUint32(b[4:], ssrc)
	b = append(b, 0x81, 202, 0, 3)
	b = binary.BigEndian.AppendUint32(b, ssrc)
	return append(b, 1, 4, 't', 'e', 's', 't', 0, 0)
}

// Package webrtc proves rtpgo with a real browser: headless Chromium calls a
// plain RTP peer through it, and is called.
package webrtc

// page is the telephone in the browser: audio and video of Chromium's fake
// devices, and what getStats says of them.
const page = `<!DOCTYPE html><title>rtpgo</title><script>
let pc;
function gathered() {
  return new Promise(done => {
    const check = () => { if (pc.iceGatheringState == 'complete') done(pc.localDescription.sdp); };
    pc.addEventListener('icegatheringstatechange', check);
    check();
  });
}
async function begin() {
  pc = new RTCPeerConnection({iceServers: []});
  pc.ontrack = e => {
    const v = document.createElement('video');
    v.autoplay = true; v.muted = true;
    v.srcObject = new MediaStream([e.track]);
    document.body.appendChild(v);
  };
  const stream = await navigator.mediaDevices.getUserMedia({audio: true, video: {width: 320, height: 240, frameRate: 15}});
  for (const t of stream.getTracks()) pc.addTrack(t, stream);
}
async function offer(restart) {
  await pc.setLocalDescription(await pc.createOffer({iceRestart: !!restart}));
  return gathered();
}
async function answered(sdp) { await pc.setRemoteDescription({type: 'answer', sdp}); }
async function accept(sdp) {
  await pc.setRemoteDescription({type: 'offer', sdp});
  await pc.setLocalDescription(await pc.createAnswer());
  return gathered();
}
function end() { pc.close(); document.body.replaceChildren(); }
async function stats() {
  const s = {connection: pc.connectionState, ice: pc.iceConnectionState, dtls: [], selected: [],
    audioReceived: 0, audioSent: 0, samples: 0, videoReceived: 0, videoSent: 0, framesDecoded: 0, framesSent: 0, pli: 0, ufrag: ''};
  (await pc.getStats()).forEach(r => {
    switch (r.type) {
    case 'transport': s.dtls.push(r.dtlsState); s.suite = r.srtpCipher; s.role = r.dtlsRole; break;
    case 'inbound-rtp':
      if (r.kind == 'audio') { s.audioReceived += r.packetsReceived; s.samples += r.totalSamplesReceived || 0; }
      else { s.videoReceived += r.packetsReceived; s.framesDecoded += r.framesDecoded || 0; }
      break;
    case 'outbound-rtp':
      if (r.kind == 'audio') s.audioSent += r.packetsSent;
      else { s.videoSent += r.packetsSent; s.framesSent += r.framesSent || 0; s.pli += r.pliCount || 0; }
    }
  });
  return s;
}
</script><body></body>`

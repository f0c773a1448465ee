package page

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// built is what `make page` made of the sources in web.
//
//go:embed all:web/dist
var built embed.FS

// asset is one file, as it is and compressed.
type asset struct {
	plain, zipped []byte
	kind          string
	lasting       bool // its name changes with its content
}

// assets serves the built files. They are compressed once, here.
func assets() http.Handler {
	files := make(map[string]asset)
	root, _ := fs.Sub(built, "web/dist")
	fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		plain, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		var zipped bytes.Buffer
		z, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
		z.Write(plain)
		z.Close()
		files["/"+name] = asset{
			plain: plain, zipped: zipped.Bytes(), kind: mime.TypeByExtension(path.Ext(name)),
			lasting: strings.HasPrefix(name, "assets/"),
		}
		return nil
	})
	files["/"] = files["/index.html"]
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		a.serve(w, r)
	})
}

func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache")
	if a.lasting {
		h.Set("Cache-Control", "private, max-age=31536000, immutable")
	}
	content := a.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && len(a.zipped) < len(a.plain) {
		h.Set("Content-Encoding", "gzip")
		content = a.zipped
	}
	h.Set("Content-Length", strconv.Itoa(len(content)))
	if r.Method != http.MethodHead {
		w.Write(content)
	}
}

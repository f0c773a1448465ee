// Package interfaces holds the named logical interfaces, their local and
// advertised addresses and the media ports of each.
package interfaces

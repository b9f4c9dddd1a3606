// A load client: full TLS handshakes over new connections, each with one HTTP request on it, several clients at the same time.
//
// It never resumes a session (no cache of tickets), checks certificate and host name of every connection, and counts what it negotiated and
// what failed, and how. One line of JSON on standard output for each second, as progress, and a last one with everything:
//
//	{"done":true,"handshakes":10000,"failed":0,"seconds":21.3,"cpu":9.8,"p50":1.9,"p99":4.2,"negotiated":{"X25519MLKEM768 TLS_AES_128_GCM_SHA256 CN=echo.example":10000},"failures":{}}
//
// seconds is wall time, cpu what this process itself has used of the CPU, in seconds; p50 and p99 are milliseconds from connecting to the end of the
// connection (with --request=false: of the handshake), of those that went well.
//
// Exit codes: 0 all went well, 1 something failed, 2 wrong usage.
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// By the names that OpenSSL gives them, of TLS 1.3; and keyTransport.
var groups = map[string]tls.CurveID{
	"X25519MLKEM768": tls.X25519MLKEM768,
	"X25519":         tls.X25519,
	"P-256":          tls.CurveP256,
	"P-384":          tls.CurveP384,
	"RSA":            keyTransport,
}

// No group: TLS 1.2, where the client encrypts its secret with the certificate's RSA key.
const keyTransport tls.CurveID = 0

type outcome struct {
	Done       bool           `json:"done"`
	Handshakes int            `json:"handshakes"`
	Failed     int            `json:"failed"`
	Seconds    float64        `json:"seconds"`
	CPU        float64        `json:"cpu"`
	P50        float64        `json:"p50"`
	P99        float64        `json:"p99"`
	Negotiated map[string]int `json:"negotiated"`
	Failures   map[string]int `json:"failures"`
}

type target struct {
	address, host string
	request       bool
	roots         *x509.CertPool
}

func main() {
	address := flag.String("connect", "", "HOST:PORT")
	host := flag.String("host", "", "name to ask for (SNI and Host) and to find in the certificate")
	roots := flag.String("ca", "", "file with the certificates to trust")
	names := flag.String("groups", "X25519MLKEM768,X25519,P-256,P-384", "key exchange groups, in turn, each alone in its handshake; RSA is TLS 1.2 without a group")
	count := flag.Int("count", 0, "handshakes in all; 0: until SIGTERM or SIGINT")
	clients := flag.Int("clients", 8, "connections at the same time")
	pause := flag.Duration("pause", 0, "how long each client rests between connections")
	request := flag.Bool("request", true, "send a GET and expect 200; without, the connection ends after the handshake")
	flag.Parse()
	var curves []tls.CurveID
	for _, name := range strings.Split(*names, ",") {
		curve, known := groups[name]
		if !known {
			usage("--groups: %q is none of X25519MLKEM768, X25519, P-256, P-384, RSA", name)
		}
		curves = append(curves, curve)
	}
	pem, err := os.ReadFile(*roots)
	pool := x509.NewCertPool()
	if err != nil || !pool.AppendCertsFromPEM(pem) {
		usage("--ca: no certificate in %q", *roots)
	}
	if *address == "" || *host == "" || *clients < 1 || *count < 0 || flag.NArg() > 0 {
		usage("give --connect, --host and --ca, and positive numbers")
	}

	// A second signal ends it at once.
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	result := run(stop, target{*address, *host, *request, pool}, curves, *count, *clients, *pause)
	if json.NewEncoder(os.Stdout).Encode(result) != nil || result.Failed > 0 {
		os.Exit(1)
	}
}

func usage(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, "tls-load: "+format+"\n", arguments...)
	os.Exit(2)
}

func run(stop context.Context, server target, curves []tls.CurveID, count, clients int, pause time.Duration) outcome {
	result := outcome{Negotiated: map[string]int{}, Failures: map[string]int{}}
	var lock sync.Mutex
	var next atomic.Int64
	var working sync.WaitGroup
	var took []time.Duration
	start := time.Now()
	for range clients {
		working.Go(func() {
			for stop.Err() == nil {
				turn := next.Add(1) - 1
				if count > 0 && turn >= int64(count) {
					return
				}
				begun := time.Now()
				negotiated, err := server.shake(curves[turn%int64(len(curves))])
				lasted := time.Since(begun)
				lock.Lock()
				if err != nil {
					result.Failed++
					result.Failures[err.Error()]++
				} else {
					result.Handshakes++
					result.Negotiated[negotiated]++
					took = append(took, lasted)
				}
				lock.Unlock()
				time.Sleep(pause)
			}
		})
	}
	ended := make(chan struct{})
	go func() { working.Wait(); close(ended) }()
	tick := time.NewTicker(time.Second)
	for {
		select {
		case <-ended:
			result.Done, result.Seconds, result.CPU = true, time.Since(start).Seconds(), used()
			slices.Sort(took)
			result.P50, result.P99 = quantile(took, 0.5), quantile(took, 0.99)
			return result
		case <-tick.C:
			lock.Lock()
			fmt.Printf("{\"handshakes\":%d,\"failed\":%d}\n", result.Handshakes, result.Failed)
			lock.Unlock()
		}
	}
}

// In milliseconds; 0 of none.
func quantile(sorted []time.Duration, share float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[int(share*float64(len(sorted)-1))]) / float64(time.Millisecond)
}

// Seconds of CPU that this process has used.
func used() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

// One connection from beginning to end. The errors carry no port numbers, so that equal ones are counted together.
func (server target) shake(curve tls.CurveID) (string, error) {
	connection, err := net.DialTimeout("tcp", server.address, 20*time.Second)
	if err != nil {
		return "", fmt.Errorf("connect: %w", cause(err))
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(30 * time.Second))
	config := &tls.Config{
		ServerName:             server.host,
		RootCAs:                server.roots,
		MinVersion:             tls.VersionTLS13,
		CurvePreferences:       []tls.CurveID{curve},
		SessionTicketsDisabled: true,
	}
	if curve == keyTransport {
		config.MinVersion, config.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
		config.CurvePreferences = nil
		config.CipherSuites = []uint16{tls.TLS_RSA_WITH_AES_256_GCM_SHA384}
	}
	client := tls.Client(connection, config)
	if err := client.Handshake(); err != nil {
		return "", fmt.Errorf("handshake with %s: %w", groupName(curve), cause(err))
	}
	state := client.ConnectionState()
	if state.DidResume {
		return "", errors.New("the handshake was not a full one")
	}
	if server.request {
		if err := get(client, server.host); err != nil {
			return "", err
		}
	}
	client.Close()
	return fmt.Sprintf("%s %s %v", groupName(state.CurveID), tls.CipherSuiteName(state.CipherSuite), state.PeerCertificates[0].Subject), nil
}

func groupName(curve tls.CurveID) string {
	for name, known := range groups {
		if known == curve {
			return name
		}
	}
	return curve.String()
}

func get(client net.Conn, host string) error {
	if _, err := fmt.Fprintf(client, "GET /load HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", host); err != nil {
		return fmt.Errorf("request: %w", cause(err))
	}
	response, err := http.ReadResponse(bufio.NewReader(client), nil)
	if err != nil {
		return fmt.Errorf("response: %w", cause(err))
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("body: %w", cause(err))
	}
	if response.StatusCode != http.StatusOK || !strings.HasPrefix(string(body), "GET /load HTTP/1.1\n") {
		return fmt.Errorf("HTTP %s", response.Status)
	}
	return nil
}

func cause(err error) error {
	var operation *net.OpError
	if errors.As(err, &operation) {
		return operation.Err
	}
	return err
}

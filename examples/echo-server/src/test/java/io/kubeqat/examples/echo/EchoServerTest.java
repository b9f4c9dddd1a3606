package io.kubeqat.examples.echo;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;

final class EchoServerTest {
    @Test
    void answersWithWhatItReceived() throws Exception {
        try (EchoServer server = new EchoServer(0); HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + "/a?b=c"))
                    .header("X-Forwarded-Proto", "https")
                    .POST(BodyPublishers.ofString("hello"))
                    .build();

            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).startsWith("POST /a?b=c HTTP/1.1\n").contains("\nX-forwarded-proto: https\n").endsWith("\n\nhello");
        }
    }
}

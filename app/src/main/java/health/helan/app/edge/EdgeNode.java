package health.helan.app.edge;

import health.helan.app.start.DataFolder;
import health.helan.app.start.EdgeArguments;
import health.helan.app.start.StartRefused;
import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.gateway.edge.Forwarder;
import health.helan.foundation.gateway.edge.HttpCentre;
import health.helan.foundation.gateway.edge.Nodes;
import health.helan.foundation.store.Json;
import health.helan.foundation.trust.crypto.KeyVault;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** This process as an edge node: its key, its way to the centre, its forwarder. */
public final class EdgeNode implements AutoCloseable {
  /** In the data folder: the public key, for the operator of the centre. */
  private static final String KEY_FILE = "edge-key.jwk";

  private static final Duration CONNECTING = Duration.ofSeconds(10);
  private static final int MEGABYTE = 20;

  private final EdgeArguments arguments;
  private final DataFolder data;
  private final NodeKey key;
  private final HttpClient client;
  private final Forwarder forwarder;

  EdgeNode(
      EdgeArguments arguments,
      DataFolder data,
      KeyVault vault,
      Gateway gateway,
      DataSource database) {
    this.arguments = arguments;
    this.data = data;
    key = new NodeKey(vault);
    data.writeAtomically(KEY_FILE, key.jwk() + "\n");
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECTING);
    if ("https".equals(arguments.centre().getScheme())) {
      var parameters = new SSLParameters();
      parameters.setProtocols(new String[] {"TLSv1.3"});
      builder.sslParameters(parameters);
      SSLContext context = trusting(arguments.authority());
      if (context != null) {
        builder.sslContext(context);
      }
    }
    client = builder.build();
    String id = Nodes.Node.client(arguments.node());
    forwarder =
        new Forwarder(
            gateway,
            database,
            new HttpCentre(
                arguments.centre(),
                client,
                new CentreTokens(arguments.centre(), client, key, id),
                arguments.kilobits()),
            Forwarder.Settings.DEFAULT,
            Clock.systemUTC(),
            this::facts);
  }

  /** Null for the authorities that the JVM knows. */
  private static @Nullable SSLContext trusting(@Nullable Path authority) {
    if (authority == null) {
      return null;
    }
    try (InputStream in = Files.newInputStream(authority)) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int number = 0;
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("authority-" + number++, each);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      SSLContext context = SSLContext.getInstance("TLSv1.3");
      context.init(null, factory.getTrustManagers(), null);
      return context;
    } catch (IOException | GeneralSecurityException e) {
      throw new StartRefused(
          "证书文件 " + authority + " 无法使用。",
          "The file of certificates " + authority + " cannot be used.",
          e);
    }
  }

  private tools.jackson.databind.node.ObjectNode facts() {
    String version = EdgeNode.class.getPackage().getImplementationVersion();
    return Json.MAPPER
        .createObjectNode()
        .put("version", version == null ? "dev" : version)
        .put("free", data.root().toFile().getUsableSpace() >> MEGABYTE)
        .put("full", data.isNearlyFull());
  }

  Forwarder forwarder() {
    return forwarder;
  }

  EdgeArguments arguments() {
    return arguments;
  }

  /** What the operator of the centre needs to register this node. */
  public List<String> introduce() {
    return List.of(
        "前置机 / Edge node:           " + arguments.node() + " → " + arguments.centre(),
        "  公钥 / Public key:          " + data.resolve(KEY_FILE),
        "  指纹 / Thumbprint:          " + key.thumbprint());
  }

  @Override
  public void close() {
    forwarder.close();
    client.shutdownNow();
  }
}

package health.helan.app.gateway;

import health.helan.foundation.gateway.Gateway;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.search.SearchRequest;
import health.helan.foundation.store.search.SearchResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.springframework.stereotype.Component;
import tools.jackson.databind.node.ObjectNode;

/** Feeds of the demo region, for trying out: one institution's HIS, its documents and its lists. */
@Component
public final class DemoFeeds {
  private static final String NAME = "demo-his";

  /** Registered for HL7 over MLLP. */
  private static final int PORT = 2575;

  private final RecordStore store;
  private final Gateway gateway;

  DemoFeeds(RecordStore store, Gateway gateway) {
    this.store = store;
    this.gateway = gateway;
  }

  /** Makes it if it is not there; tells how to reach it. Empty when there is no institution. */
  public List<String> create() {
    if (gateway.feeds().get(NAME) == null) {
      SearchResult found =
          store.search(
              Caller.platform("demo-feeds"),
              new SearchRequest(
                  "Organization",
                  null,
                  null,
                  List.of(
                      new SearchRequest.Parameter("partof:missing", "true"),
                      new SearchRequest.Parameter("_sort", "_id"),
                      new SearchRequest.Parameter("_count", "1")),
                  false));
      if (found.entries().isEmpty()) {
        return List.of();
      }
      String institution = found.entries().getFirst().resource().id();
      put(NAME, settings(institution).put("port", isFree() ? PORT : 0));
      put("demo-documents", settings(institution).put("format", "cda"));
      put("demo-residents", settings(institution).put("format", "table").put("table", "residents"));
    }
    var feed = gateway.feeds().get(NAME);
    int port = feed == null ? 0 : feed.port();
    return List.of(
        port > 0
            ? "HL7 v2 示范消息流 / a feed to try: ./helan send --mllp 127.0.0.1:%d FILE".formatted(port)
            : "HL7 v2 示范消息流 / a feed to try: POST /hl7v2/" + NAME,
        "文档与表格 / documents and tables: POST /intake/demo-documents, /intake/demo-residents");
  }

  private void put(String name, ObjectNode settings) {
    gateway.feeds().put(name, settings, "demo");
  }

  private static ObjectNode settings(String institution) {
    return Json.MAPPER.createObjectNode().put("institution", institution);
  }

  private static boolean isFree() {
    try (ServerSocket probe = new ServerSocket(PORT, 1, InetAddress.getLoopbackAddress())) {
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}

package health.helan.app.registry;

import health.helan.app.access.Transport;
import health.helan.foundation.registry.Finder;
import health.helan.foundation.registry.LicenceKind;
import health.helan.foundation.registry.Registry;
import health.helan.foundation.rest.Messages;
import health.helan.foundation.rest.Outcomes;
import health.helan.foundation.store.Json;
import io.micrometer.core.instrument.Metrics;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code GET /public/online-services}: the public list of online services (互联网诊疗服务公开清单), for
 * everybody, without sign-in (docs/adr/0085). Names no person. Each page is made at most once a
 * minute, and served from memory. One that does not hold all of the list says so ({@code cut}), and
 * where it goes on ({@code next}, to be sent as {@code after}).
 */
final class PublicList extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final int MOST = 5_000;

  /** Pages kept in memory; who asks for others has them made. */
  private static final int MOST_PAGES = 16;

  private static final int LONGEST_PLACE = 2_000;
  private static final Duration FRESH = Duration.ofMinutes(1);
  private static final ZoneId BEIJING = ZoneId.of("Asia/Shanghai");
  private static final int TOO_MANY_REQUESTS = 429;

  private final transient Registry registry;
  private final transient Rate rate;
  private final transient Clock clock;
  private final transient Transport transport;

  /** By where they begin; the one looked at longest ago goes first. */
  private final transient Map<String, Kept> pages =
      new LinkedHashMap<>(MOST_PAGES, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Kept> eldest) {
          return size() > MOST_PAGES;
        }
      };

  /** The list as it is served. */
  private record Kept(byte[] body, String tag, @Nullable String next, Instant until) {}

  PublicList(Registry registry, Rate rate, Clock clock, Transport transport) {
    this.registry = registry;
    this.rate = rate;
    this.clock = clock;
    this.transport = transport;
  }

  /** So many requests in a minute, of one address and of all together. */
  static final class Rate {
    private static final int MOST_ADDRESSES = 10_000;
    private final int ofOne;
    private final int ofAll;
    private final Map<String, Integer> counts = new LinkedHashMap<>();
    private int all;
    private long minute;

    Rate(int ofOne, int ofAll) {
      this.ofOne = ofOne;
      this.ofAll = ofAll;
    }

    /** Whether one more may be answered now. */
    synchronized boolean take(String address, Instant now) {
      long at = now.getEpochSecond() / 60;
      if (at != minute) {
        minute = at;
        all = 0;
        counts.clear();
      }
      if (all >= ofAll || counts.size() >= MOST_ADDRESSES && !counts.containsKey(address)) {
        return false;
      }
      int count = counts.merge(address, 1, Integer::sum);
      if (count > ofOne) {
        return false;
      }
      all++;
      return true;
    }
  }

  @Override
  protected void doGet(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Instant now = clock.instant();
    if (!rate.take(transport.address(request), now)) {
      Metrics.counter("helan.registry.public.refused").increment();
      refuse(request, response, TOO_MANY_REQUESTS, "throttled", "registry.public-rate");
      return;
    }
    String after = request.getParameter("after");
    Kept list;
    try {
      if (after != null && after.length() > LONGEST_PLACE) {
        throw new IllegalArgumentException("too long to be a place");
      }
      list = list(after, now);
    } catch (IllegalArgumentException wrong) {
      refuse(
          request,
          response,
          HttpServletResponse.SC_BAD_REQUEST,
          "value",
          "registry.parameter",
          "after");
      return;
    } catch (RuntimeException e) {
      log("The public list could not be made", e);
      refuse(
          request,
          response,
          HttpServletResponse.SC_SERVICE_UNAVAILABLE,
          "transient",
          "registry.database");
      return;
    }
    response.setHeader("Cache-Control", "public, max-age=300");
    response.setHeader("ETag", list.tag);
    response.setHeader("Access-Control-Allow-Origin", "*");
    if (list.next != null) {
      response.setHeader("Link", "<?after=" + list.next + ">; rel=\"next\"");
    }
    if (list.tag.equals(request.getHeader("If-None-Match"))) {
      response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
      return;
    }
    response.setContentType("application/json;charset=UTF-8");
    response.setContentLength(list.body.length);
    response.getOutputStream().write(list.body);
  }

  private static void refuse(
      HttpServletRequest request,
      HttpServletResponse response,
      int status,
      String code,
      String key,
      Object... arguments)
      throws IOException {
    ObjectNode outcome = Outcomes.empty();
    Outcomes.issue(
        outcome,
        "error",
        code,
        Messages.of(
            Messages.language(request.getHeader("Accept-Language")), key, List.of(arguments)),
        null);
    byte[] body = Outcomes.bytes(outcome);
    response.setStatus(status);
    if (status != HttpServletResponse.SC_BAD_REQUEST) {
      response.setHeader("Retry-After", "60");
    }
    response.setHeader("Cache-Control", "no-store");
    response.setContentType("application/fhir+json;charset=UTF-8");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }

  /** Made by one at a time: who else asks meanwhile waits for what is made. */
  private synchronized Kept list(@Nullable String after, Instant now) {
    String key = after == null ? "" : after;
    Kept there = pages.get(key);
    if (there == null || !now.isBefore(there.until)) {
      there = make(after, now);
      pages.put(key, there);
    }
    return there;
  }

  private Kept make(@Nullable String after, Instant now) {
    ObjectNode list = Json.MAPPER.createObjectNode();
    ArrayNode services = list.putArray("services");
    Finder.PublicPage page = registry.finder().publicList(now, after, MOST);
    for (Finder.Online one : page.services()) {
      ObjectNode service = services.addObject();
      service.put("id", one.id()).put("name", one.name());
      service.put("institution", one.institutionName()).put("level", one.level());
      service.put("district", one.district()).put("address", one.address());
      LicenceKind kind = LicenceKind.of(one.kind());
      service.put("licenceKind", one.kind()).put("licence", one.number());
      service.put("licenceTitle", kind == null ? one.kind() : kind.title());
      if (one.ends() != null) {
        service.put("validUntil", one.ends().atZone(BEIJING).toLocalDate().minusDays(1).toString());
      }
      one.specialties().forEach(service.putArray("specialties")::add);
      service.put("doctors", one.doctors());
    }
    list.put("cut", page.next() != null);
    if (page.next() != null) {
      list.put("next", page.next());
    }
    byte[] body = Json.MAPPER.writeValueAsBytes(list);
    return new Kept(body, "\"" + digest(body) + "\"", page.next(), now.plus(FRESH));
  }

  private static String digest(byte[] body) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body), 0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}

package health.helan.foundation.rest;

import health.helan.foundation.rest.format.Format;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.SqlErrors;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/**
 * The API over HTTP. Who calls stands in the request attribute {@link #CALLER}, put there by the
 * sign-in; without it everything but {@code GET metadata} is refused.
 */
public final class FhirServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  /** Request attribute that holds the {@link Caller}. */
  public static final String CALLER = Caller.class.getName();

  private static final Logger LOG = LoggerFactory.getLogger(FhirServlet.class);
  private static final AtomicLong FAULTS = new AtomicLong();

  /** Smaller answers are not worth packing. */
  private static final int GZIP_FROM = 1024;

  private final transient FhirApi api;
  private final transient RestConfig config;
  private final transient BinaryDoor binaryDoor;
  private final transient Audits audits;

  /** Without a trace of requests: for tests of other matters. */
  public FhirServlet(RecordStore store, Operations operations, RestConfig config) {
    this(store, operations, config, new Audits(store, operations, AuditSink.NONE), List.of());
  }

  /**
   * @param audits keeps the trace of each request before its answer leaves
   * @param served resources that are made when they are asked for
   */
  public FhirServlet(
      RecordStore store,
      Operations operations,
      RestConfig config,
      Audits audits,
      List<ServedResources> served) {
    var binaries = new Binaries(config.objects(), config.maxBinaryBytes());
    this.api = new FhirApi(store, operations, binaries, served, config.rules());
    this.binaryDoor = new BinaryDoor(store, binaries, config);
    this.config = config;
    this.audits = audits;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Locale language = Messages.language(request.getHeader("Accept-Language"));
    Audits.Audit audit = audits.begin(request);
    var outer = new OuterHeaders(response);
    Answer answer;
    try {
      Answer handled =
          ScopedValue.where(AccessTrail.CURRENT, audit.trail())
              .call(() -> handle(request, response, language, audit));
      if (handled == null) {
        return;
      }
      answer = handled;
    } catch (Refusal e) {
      answer = refused(e, response, language);
    } catch (Binaries.Cut e) {
      answer = refused(new Refusal(Refusal.Kind.INVALID, "rest.body-cut"), language);
    } catch (JacksonException e) {
      answer = refused(Bodies.broken(e), language);
    } catch (StackOverflowError e) {
      answer = refused(new Refusal(Refusal.Kind.TOO_COSTLY, "rest.too-deep"), language);
    } catch (RuntimeException e) {
      Refusal meant = meantBy(e);
      answer = meant == null ? fault(e, language) : refused(meant, response, language);
    }
    Ready ready = ready(request, answer, language);
    try {
      audit.record(ready.answer.status(), answer.location());
    } catch (Refusal e) {
      // Without its trace nothing leaves; and whoever stands around need not try once more.
      audit.needsNone();
      outer.reset(response);
      ready = ready(request, refused(e, response, language), language);
    }
    write(request, response, ready);
  }

  private static Answer refused(Refusal e, HttpServletResponse response, Locale language) {
    if (e.kind() == Refusal.Kind.TRANSIENT) {
      response.setHeader("Retry-After", "2");
    }
    if (e.kind() == Refusal.Kind.LOGIN) {
      response.setHeader("WWW-Authenticate", "Bearer");
    }
    return refused(e, language);
  }

  private static Answer refused(Refusal refusal, Locale language) {
    return Answer.status(refusal.kind().status(), Outcomes.bytes(Outcomes.of(refusal, language)));
  }

  /**
   * Rooms that ask the database by themselves let its failures pass to here: a database that is
   * gone is told as such, and what it refuses to do is a fault of ours.
   */
  private static @Nullable Refusal meantBy(RuntimeException e) {
    if (e.getCause() instanceof SQLException cause
        && SqlErrors.refusal(cause) instanceof Refusal meant) {
      LOG.warn("The database did not answer: {}", cause.getSQLState());
      return meant;
    }
    return null;
  }

  /** A fault of ours: the log has the trace, the caller its number. */
  private static Answer fault(RuntimeException e, Locale language) {
    long number = FAULTS.incrementAndGet();
    LOG.error("Fault {} while answering", number, e);
    var outcome = Outcomes.empty();
    Outcomes.issue(
        outcome, "fatal", "exception", Messages.of(language, "rest.fault", List.of(number)), null);
    return Answer.status(500, Outcomes.bytes(outcome));
  }

  /** Null when the answer was written already. */
  private @Nullable Answer handle(
      HttpServletRequest request, HttpServletResponse response, Locale language, Audits.Audit audit)
      throws IOException {
    String path = request.getPathInfo();
    String[] segments = segments(path);
    String method = request.getMethod().equals("HEAD") ? "GET" : request.getMethod();
    String base = base(request);
    if (segments.length == 1 && segments[0].equals("metadata")) {
      if (!method.equals("GET")) {
        throw new Refusal(Refusal.Kind.METHOD, "rest.method", "");
      }
      audit.needsNone();
      String mode = Query.parse(request.getQueryString()).first("mode");
      return Answer.ok(
          "terminology".equals(mode)
              ? config.capabilities().terminology(base)
              : config.capabilities().statement(base, api.operations()));
    }
    if (!(request.getAttribute(CALLER) instanceof Caller caller)) {
      throw new Refusal(Refusal.Kind.LOGIN, "rest.login");
    }
    String contentType = request.getContentType();
    String rawQuery = request.getQueryString() == null ? "" : request.getQueryString();
    Query query = Query.parse(rawQuery);
    if (binaryDoor.isRead(method, segments, query)) {
      binaryDoor.download(request, response, caller, segments, query, audit::record);
      return null;
    }
    if (api.httpOperation(segments) instanceof HttpOperation own) {
      return own.serve(call(request, response, caller, method, segments, query, language, audit));
    }
    byte[] body = new byte[0];
    if (binaryDoor.isWrite(method, segments)) {
      String given = BinaryDoor.given(contentType);
      if (BinaryDoor.isContent(given)) {
        return binaryDoor.upload(request, caller, segments, given, null, base);
      }
      byte[] read = Bodies.read(request, config.maxBodyBytes());
      byte[] json = binaryResource(given, read, method);
      if (json == null) {
        return binaryDoor.upload(request, caller, segments, given, read, base);
      }
      body = json;
      contentType = config.formats().jsonTypeOf(contentType);
    } else if (!method.equals("GET") && !method.equals("DELETE")) {
      byte[] read = Bodies.read(request, config.maxBodyBytes());
      byte[] wrapped = method.equals("POST") ? api.wrapped(segments, contentType, read) : null;
      body = wrapped == null ? config.formats().toJson(contentType, read, method) : wrapped;
      contentType =
          wrapped == null ? config.formats().jsonTypeOf(contentType) : Format.JSON.mediaType();
    }
    String prefer = request.getHeader("Prefer");
    return api.handle(
        new Exchange(
            caller,
            method,
            segments,
            query,
            rawQuery,
            new Exchange.Conditions(
                request.getHeader("If-Match"),
                request.getHeader("If-None-Match"),
                request.getHeader("If-Modified-Since"),
                request.getHeader("If-None-Exist")),
            Exchange.Prefer.parse(prefer),
            prefer != null && prefer.contains("return="),
            request.getHeader("Accept"),
            contentType,
            request.getHeader("X-Request-Id"),
            body,
            base,
            language));
  }

  private HttpOperation.HttpCall call(
      HttpServletRequest request,
      HttpServletResponse response,
      Caller caller,
      String method,
      String[] segments,
      Query query,
      Locale language,
      Audits.Audit audit) {
    Audits.noteAsked(api.store(), segments, query);
    ObjectNode body = null;
    if (method.equals("POST")) {
      byte[] read = Bodies.read(request, config.maxBodyBytes());
      if (read.length > 0) {
        body = Bodies.object(config.formats().toJson(request.getContentType(), read, method));
      }
    }
    return new HttpOperation.HttpCall(
        request,
        response,
        caller,
        api.store(),
        method,
        segments.length > 1 ? segments[0] : null,
        segments.length > 2 ? segments[1] : null,
        query.without(FhirApi::isGeneral),
        body,
        base(request),
        language,
        audit::record);
  }

  /** A body in JSON or XML as JSON, if it is a Binary; null if it is the content of one. */
  private byte @Nullable [] binaryResource(String contentType, byte[] read, String method) {
    try {
      byte[] json = config.formats().toJson(contentType, read, method);
      if (BinaryDoor.isFhir(contentType)) {
        Bodies.object(json); // Broken FHIR is no content: say where it is broken.
      }
      return BinaryDoor.isResource(json) ? json : null;
    } catch (Refusal e) {
      if (BinaryDoor.isFhir(contentType)) {
        throw e;
      }
      return null;
    }
  }

  static String[] segments(@Nullable String path) {
    if (path == null || path.equals("/") || path.isEmpty()) {
      return new String[0];
    }
    String trimmed = path.substring(1);
    if (trimmed.endsWith("/")) {
      trimmed = trimmed.substring(0, trimmed.length() - 1);
    }
    return trimmed.split("/", -1);
  }

  private String base(HttpServletRequest request) {
    String configured = config.base();
    if (configured != null) {
      return configured;
    }
    int port = request.getServerPort();
    boolean isDefaultPort =
        request.getScheme().equals("http") && port == 80
            || request.getScheme().equals("https") && port == 443;
    return request.getScheme()
        + "://"
        + request.getServerName()
        + (isDefaultPort ? "" : ":" + port)
        + request.getContextPath()
        + request.getServletPath();
  }

  /** An answer in the format it leaves in. */
  private record Ready(Answer answer, byte @Nullable [] body, String mediaType) {}

  private Ready ready(HttpServletRequest request, Answer answer, Locale language) {
    byte[] body = answer.body();
    String mediaType = "application/fhir+json;charset=UTF-8";
    int status = answer.status();
    Answer.File file = answer.file();
    if (body != null && file != null) {
      if (!asksForFhir(request)) {
        return new Ready(answer, body, file.mediaType());
      }
      body = binary(file, body);
    }
    if (body != null) {
      try {
        Formats.Formatted formatted =
            config
                .formats()
                .fromJson(
                    parameter(request, "_format"),
                    request.getHeader("Accept"),
                    "true".equals(parameter(request, "_pretty")),
                    body);
        body = formatted.body();
        mediaType = formatted.mediaType();
      } catch (Refusal e) {
        if (status < 400) {
          status = e.kind().status();
          body = Outcomes.bytes(Outcomes.of(e, language));
        }
      }
    }
    var said =
        new Answer(
            status, answer.body(), answer.location(), answer.version(), answer.lastModified());
    return new Ready(said, body, mediaType);
  }

  /** R4, binary.html#rest: who accepts anything gets the content itself. */
  private static boolean asksForFhir(HttpServletRequest request) {
    String accept = request.getHeader("Accept");
    return parameter(request, "_format") != null
        || accept != null && accept.contains("application/fhir");
  }

  private static byte[] binary(Answer.File file, byte[] content) {
    var binary = Json.MAPPER.createObjectNode();
    binary.put("resourceType", "Binary");
    binary.put("contentType", file.mediaType());
    binary.put("data", content);
    return Json.MAPPER.writeValueAsBytes(binary);
  }

  private void write(HttpServletRequest request, HttpServletResponse response, Ready ready)
      throws IOException {
    Answer answer = ready.answer;
    byte[] body = ready.body;
    int status = answer.status();
    response.setStatus(status);
    if (answer.version() > 0) {
      response.setHeader("ETag", "W/\"" + answer.version() + "\"");
    }
    if (answer.lastModified() != null) {
      response.setHeader("Last-Modified", Bundles.httpDate(answer.lastModified()));
    }
    if (answer.location() != null) {
      response.setHeader(
          "Location",
          answer.location().startsWith("http")
              ? answer.location()
              : base(request) + "/" + answer.location());
    }
    Answer.File file = answer.file();
    if (file != null && ready.mediaType.equals(file.mediaType())) {
      response.setHeader("Content-Disposition", "inline; filename=\"" + file.name() + "\"");
      response.setHeader("X-Content-Type-Options", "nosniff");
    }
    response.setHeader("Cache-Control", "no-store");
    response.addHeader("Vary", "Accept, Accept-Encoding, Accept-Language, Authorization");
    if (body == null || status == 204 || status == 304) {
      return;
    }
    response.setContentType(ready.mediaType);
    String accepted = request.getHeader("Accept-Encoding");
    if (body.length >= GZIP_FROM && accepted != null && accepted.contains("gzip")) {
      response.setHeader("Content-Encoding", "gzip");
      if (!request.getMethod().equals("HEAD")) {
        try (OutputStream out = new FastGzip(response.getOutputStream())) {
          out.write(body);
        }
      }
      return;
    }
    response.setContentLength(body.length);
    if (!request.getMethod().equals("HEAD")) {
      response.getOutputStream().write(body);
    }
  }

  /** From the query alone: the form of a search may name a format too, but was read as a body. */
  private static @Nullable String parameter(HttpServletRequest request, String name) {
    String query = request.getQueryString();
    if (query == null || !query.contains(name)) {
      return null;
    }
    try {
      return Query.parse(query).first(name);
    } catch (Refusal e) {
      return null; // Already answered as a refusal of the request itself.
    }
  }

  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(OutputStream out) throws IOException {
      super(out, 8192);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}

package health.helan.foundation.rest;

import health.helan.foundation.rest.format.MediaType;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Interaction;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Outcome;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.ResourceVersion;
import health.helan.foundation.store.objects.Range;
import health.helan.foundation.store.objects.Stored;
import health.helan.foundation.store.objects.StoredData;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/**
 * Binaries as bytes over HTTP (FHIR R4, binary.html): uploads and downloads of any media type, in
 * memory that does not grow with them.
 */
final class BinaryDoor {
  private static final int BUFFER = 64 * 1024;
  private static final String SECURITY_CONTEXT = "X-Security-Context";

  /** The media types that mean the resource; others that JSON and XML go by may be the content. */
  private static final Set<String> FHIR_TYPES =
      Set.of(
          "application/fhir+json",
          "application/fhir+xml",
          "application/json+fhir",
          "application/xml+fhir");

  private static final Set<String> GENERIC_TYPES =
      Set.of("application/json", "text/json", "application/xml", "text/xml");

  /** What a header can carry, and {@code Binary.contentType} too. */
  private static final Pattern CONTENT_TYPE = Pattern.compile("[!-~]{1,200}( ?[!-~]+){0,20}");

  private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  private final RecordStore store;
  private final Binaries binaries;
  private final RestConfig config;

  BinaryDoor(RecordStore store, Binaries binaries, RestConfig config) {
    this.store = store;
    this.binaries = binaries;
    this.config = config;
  }

  // ------------------------------------------------------------------ uploads

  /** Whether a request creates or updates one Binary. */
  boolean isWrite(String method, String[] path) {
    return binaries.takesBytes()
        && path.length > 0
        && path[0].equals(Binaries.TYPE)
        && (method.equals("POST") && path.length == 1 || method.equals("PUT") && path.length == 2);
  }

  /**
   * The Content-Type of a body.
   *
   * @throws Refusal MEDIA_TYPE if there is none that can be kept
   */
  static String given(@Nullable String contentType) {
    if (contentType == null || contentType.isBlank()) {
      throw new Refusal(Refusal.Kind.MEDIA_TYPE, "format.content-type-missing");
    }
    MediaType type = MediaType.parse(contentType);
    if (type == null || !CONTENT_TYPE.matcher(contentType.strip()).matches()) {
      throw new Refusal(Refusal.Kind.MEDIA_TYPE, "rest.binary-content-type");
    }
    return contentType.strip();
  }

  /** Whether the body is content for sure, not perhaps a Binary in one of FHIR's formats. */
  static boolean isContent(String contentType) {
    MediaType type = MediaType.parse(contentType);
    return type == null
        || !FHIR_TYPES.contains(type.name()) && !GENERIC_TYPES.contains(type.name());
  }

  /**
   * Whether a body in JSON or XML is a Binary; if it is not, it is content like any other (R4,
   * binary.html#rest).
   *
   * @param json the body as JSON; null if it cannot be read as FHIR
   */
  static boolean isResource(byte @Nullable [] json) {
    if (json == null) {
      return false;
    }
    try {
      return Binaries.TYPE.equals(Json.MAPPER.readTree(json).path("resourceType").asString(""));
    } catch (JacksonException e) {
      return false;
    }
  }

  /** Whether a media type is FHIR's own, so that a broken body is a broken resource. */
  static boolean isFhir(String contentType) {
    MediaType type = MediaType.parse(contentType);
    return type != null && FHIR_TYPES.contains(type.name());
  }

  /**
   * Stores a body as the content of a Binary.
   *
   * @param read the body where it was read already; null to stream it
   */
  Answer upload(
      HttpServletRequest request,
      Caller caller,
      String[] path,
      String contentType,
      byte @Nullable [] read,
      String base)
      throws IOException {
    store.checkMayWrite(caller, Binaries.TYPE);
    String id = path.length == 2 ? FhirApi.id(path[1]) : null;
    Integer ifMatch = FhirApi.ifMatch(request.getHeader("If-Match"));
    if (id != null && ifMatch != null) {
      spareTheWay(caller, id, ifMatch);
    }
    var resource = Json.MAPPER.createObjectNode();
    resource.put("resourceType", Binaries.TYPE);
    if (id != null) {
      resource.put("id", id);
    }
    resource.put("contentType", contentType);
    String context = request.getHeader(SECURITY_CONTEXT);
    if (context != null && !context.isBlank()) {
      String reference = context.strip();
      resource
          .putObject("securityContext")
          .put(
              "reference",
              reference.startsWith(base + "/")
                  ? reference.substring(base.length() + 1)
                  : reference);
    }
    Stored stored = binaries.put(read != null ? body(read) : body(request));
    StoredData.set(resource, stored);
    try {
      Interaction.Body body = Interaction.Body.of(resource);
      Outcome outcome =
          store.write(
              caller,
              id == null
                  ? new Interaction.Create(
                      Binaries.TYPE, body, request.getHeader("If-None-Exist"), null, null)
                  : new Interaction.Update(
                      Binaries.TYPE,
                      id,
                      null,
                      body,
                      ifMatch,
                      "*".equals(request.getHeader("If-None-Match")),
                      null,
                      null));
      byte[] content = outcome.content();
      if (content == null || !stored.equals(StoredData.of(Json.MAPPER.readTree(content)))) {
        binaries.discard(stored); // A conditional create that found its Binary.
      }
      return new Answer(
          outcome.status(),
          content,
          Binaries.TYPE + "/" + outcome.id() + "/_history/" + outcome.version(),
          outcome.version(),
          outcome.updated());
    } catch (Refusal e) {
      if (e.kind() != Refusal.Kind.TRANSIENT) {
        binaries.discard(stored); // Else the commit may have come through: the sweep knows.
      }
      throw e;
    }
  }

  /** Refuses before the bytes come what the transaction would refuse after. */
  private void spareTheWay(Caller caller, String id, int ifMatch) {
    int current;
    try {
      current = store.read(caller, Binaries.TYPE, id).version();
    } catch (Refusal e) {
      return; // Not there, or not for this caller to read: the transaction says what follows.
    }
    if (current != ifMatch) {
      throw new Refusal(Refusal.Kind.PRECONDITION, "store.version-differs");
    }
  }

  private static InputStream body(byte[] read) {
    return new java.io.ByteArrayInputStream(read);
  }

  private InputStream body(HttpServletRequest request) throws IOException {
    if (request.getContentLengthLong() > binaries.maxBytes()) {
      throw new Refusal(Refusal.Kind.TOO_LONG, "objects.too-large", binaries.maxBytes());
    }
    String encoding = request.getHeader("Content-Encoding");
    InputStream in = new Incoming(request.getInputStream());
    if (encoding == null || encoding.equalsIgnoreCase("identity")) {
      return in;
    }
    if (!encoding.toLowerCase(Locale.ROOT).strip().equals("gzip")) {
      throw new Refusal(Refusal.Kind.MEDIA_TYPE, "rest.encoding-unknown");
    }
    try {
      return new Unpacked(new GZIPInputStream(in, BUFFER));
    } catch (ZipException | EOFException e) {
      throw new Refusal(Refusal.Kind.INVALID, "rest.gzip-broken");
    }
  }

  /** Tells faults of the request's stream from faults of the object store. */
  private static final class Incoming extends FilterInputStream {
    Incoming(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      try {
        return super.read();
      } catch (IOException e) {
        throw new Binaries.Cut(e);
      }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        return super.read(buffer, offset, length);
      } catch (IOException e) {
        throw new Binaries.Cut(e);
      }
    }
  }

  /** Broken gzip is the caller's fault. */
  private static final class Unpacked extends FilterInputStream {
    Unpacked(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      try {
        return super.read(buffer, offset, length);
      } catch (ZipException | EOFException e) {
        throw new Refusal(Refusal.Kind.INVALID, "rest.gzip-broken");
      }
    }
  }

  // ------------------------------------------------------------------ downloads

  /** Whether a request reads one Binary, or a version of one, as a whole. */
  boolean isRead(String method, String[] path, Query query) {
    return method.equals("GET")
        && path.length > 0
        && path[0].equals(Binaries.TYPE)
        && (path.length == 2 && !path[1].startsWith("_") && !path[1].startsWith("$")
            || path.length == 4 && path[2].equals("_history"))
        && query.first("_summary") == null
        && query.first("_elements") == null;
  }

  /**
   * Answers a read: the bytes, or the resource where one of FHIR's formats is wanted.
   *
   * @param trace told the status before anything leaves; what it throws is answered instead
   */
  void download(
      HttpServletRequest request,
      HttpServletResponse response,
      Caller caller,
      String[] path,
      Query query,
      IntConsumer trace)
      throws IOException {
    String id = FhirApi.id(path[1]);
    ResourceVersion version =
        path.length == 2
            ? store.read(caller, Binaries.TYPE, id)
            : store.readVersion(
                caller, Binaries.TYPE, id, FhirApi.versionNumber(Binaries.TYPE, id, path[3]));
    var tree = (ObjectNode) Json.MAPPER.readTree(version.content());
    String contentType = contentType(tree);
    boolean asResource =
        wantsResource(query.first("_format"), request.getHeader("Accept"), contentType);
    response.setHeader("ETag", "W/\"" + version.version() + "\"");
    response.setHeader("Last-Modified", Bundles.httpDate(version.updated()));
    response.setHeader("Cache-Control", "no-store");
    response.addHeader("Vary", "Accept, Authorization");
    var conditions =
        new Exchange.Conditions(
            null, request.getHeader("If-None-Match"), request.getHeader("If-Modified-Since"), null);
    if (FhirApi.isUnchanged(conditions, version)) {
      trace.accept(HttpServletResponse.SC_NOT_MODIFIED);
      response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
      return;
    }
    boolean head = request.getMethod().equals("HEAD");
    Stored stored = StoredData.of(tree);
    if (asResource) {
      resource(request, response, query, tree, stored, head, trace);
    } else {
      bytes(request, response, tree, version, contentType, stored, head, trace);
    }
  }

  /** The stored type if a header can carry it. */
  private static String contentType(ObjectNode tree) {
    String stored = tree.path("contentType").asString("");
    return CONTENT_TYPE.matcher(stored).matches() && MediaType.parse(stored) != null
        ? stored
        : "application/octet-stream";
  }

  /**
   * FHIR's own media types mean the resource; the general names of JSON and XML do so where neither
   * the content is of that type nor anything is welcome.
   *
   * @throws Refusal NOT_ACCEPTABLE if neither the resource nor its content is wanted
   */
  static boolean wantsResource(
      @Nullable String format, @Nullable String accept, String contentType) {
    if (format != null && !format.isBlank()) {
      return true; // Another one than FHIR's is refused when the answer is put into it.
    }
    if (accept == null || accept.isBlank()) {
      return false;
    }
    MediaType own = MediaType.parse(contentType);
    String name = own == null ? "" : own.name();
    boolean bytes = false;
    boolean generic = false;
    for (MediaType range : MediaType.parseAll(accept)) {
      if (range.quality() == 0) {
        continue;
      }
      if (FHIR_TYPES.contains(range.name())) {
        return true;
      }
      generic |= GENERIC_TYPES.contains(range.name());
      bytes |=
          range.name().equals("*/*")
              || range.name().equals(name)
              || range.subtype().equals("*") && own != null && range.type().equals(own.type());
    }
    if (!bytes && !generic) {
      throw new Refusal(Refusal.Kind.NOT_ACCEPTABLE, "rest.binary-not-acceptable", contentType);
    }
    return !bytes;
  }

  /** The resource in JSON or XML, its data put in as they are read. */
  private void resource(
      HttpServletRequest request,
      HttpServletResponse response,
      Query query,
      ObjectNode tree,
      @Nullable Stored stored,
      boolean head,
      IntConsumer trace)
      throws IOException {
    if (stored != null && stored.size() > Binaries.MAX_AS_RESOURCE) {
      throw Binaries.tooLargeForResource(Binaries.MAX_AS_RESOURCE);
    }
    // Stands for the data in either format; nothing in a resource is alike.
    String mark = "helan-data-" + java.util.UUID.randomUUID();
    if (stored != null) {
      StoredData.remove(tree);
      tree.put("data", mark);
    }
    Formats.Formatted formatted =
        config
            .formats()
            .fromJson(
                query.first("_format"),
                acceptOfResource(request.getHeader("Accept")),
                "true".equals(query.first("_pretty")),
                Json.MAPPER.writeValueAsBytes(tree));
    byte[] body = formatted.body();
    if (stored == null) {
      trace.accept(HttpServletResponse.SC_OK);
      head(response, formatted.mediaType(), body.length);
      if (!head) {
        response.getOutputStream().write(body);
      }
      return;
    }
    int at = indexOf(body, mark.getBytes(StandardCharsets.US_ASCII));
    int after = at + mark.length();
    long encoded = (stored.size() + 2) / 3 * 4;
    if (head) {
      trace.accept(HttpServletResponse.SC_OK);
      head(response, formatted.mediaType(), body.length - mark.length() + encoded);
      return;
    }
    try (InputStream bytes = binaries.open(stored, Range.ALL)) {
      trace.accept(HttpServletResponse.SC_OK);
      head(response, formatted.mediaType(), body.length - mark.length() + encoded);
      OutputStream out = response.getOutputStream();
      out.write(body, 0, at);
      var base64 = Base64.getEncoder();
      byte[] buffer = new byte[BUFFER / 3 * 3];
      int count;
      while ((count = bytes.readNBytes(buffer, 0, buffer.length)) > 0) {
        out.write(base64.encode(count == buffer.length ? buffer : Arrays.copyOf(buffer, count)));
      }
      out.write(body, after, body.length - after);
    }
  }

  private static @Nullable String acceptOfResource(@Nullable String accept) {
    if (accept == null) {
      return null;
    }
    // The negotiation of formats is made for resources: without what stands for the bytes.
    var kept = new StringBuilder();
    for (MediaType range : MediaType.parseAll(accept)) {
      if (FHIR_TYPES.contains(range.name()) || GENERIC_TYPES.contains(range.name())) {
        kept.append(kept.isEmpty() ? "" : ", ").append(range.name()).append(";q=");
        kept.append(String.format(Locale.ROOT, "%.3f", range.quality()));
        String version = range.parameters().get("fhirversion");
        if (version != null && version.matches("[0-9.]{1,10}")) {
          kept.append(";fhirVersion=").append(version);
        }
      }
    }
    return kept.toString();
  }

  private static void head(HttpServletResponse response, String mediaType, long length) {
    response.setStatus(HttpServletResponse.SC_OK);
    response.setContentType(mediaType);
    response.setContentLengthLong(length);
  }

  private static int indexOf(byte[] text, byte[] part) {
    for (int i = 0; i <= text.length - part.length; i++) {
      if (Arrays.equals(text, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new IllegalStateException("The format lost the data");
  }

  private void bytes(
      HttpServletRequest request,
      HttpServletResponse response,
      ObjectNode tree,
      ResourceVersion version,
      String contentType,
      @Nullable Stored stored,
      boolean head,
      IntConsumer trace)
      throws IOException {
    byte[] inline = stored == null ? Binaries.inline(tree).readAllBytes() : new byte[0];
    long size = stored == null ? inline.length : stored.size();
    // Strong: the same version's bytes are the same, and a server in between shall not pack parts.
    response.setHeader("ETag", "\"" + version.version() + "\"");
    response.setHeader("Accept-Ranges", "bytes");
    // Whatever was uploaded: a browser shall neither guess, nor run, nor show it in our name.
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Content-Security-Policy", "sandbox; default-src 'none'");
    response.setHeader(
        "Content-Disposition", "attachment; filename=\"Binary-" + version.id() + "\"");
    String context = tree.path("securityContext").path("reference").asString("");
    if (!context.isEmpty() && CONTENT_TYPE.matcher(context).matches()) {
      response.setHeader(SECURITY_CONTEXT, context);
    }
    Range range = null;
    if (isRangeValid(request.getHeader("If-Range"), version)) {
      try {
        range = range(request.getHeader("Range"), size);
      } catch (IllegalArgumentException e) {
        response.setHeader("Content-Range", "bytes */" + size);
        throw new Refusal(Refusal.Kind.RANGE, "rest.range-beyond-end", size);
      }
    }
    long from = range == null ? 0 : range.from();
    long length = range == null ? size : range.length();
    try (InputStream in =
        head || length == 0
            ? InputStream.nullInputStream()
            : stored == null
                ? new java.io.ByteArrayInputStream(inline, (int) from, (int) length)
                : binaries.open(stored, range == null ? Range.ALL : range)) {
      int status =
          range == null ? HttpServletResponse.SC_OK : HttpServletResponse.SC_PARTIAL_CONTENT;
      trace.accept(status);
      response.setStatus(status);
      if (range != null) {
        response.setHeader(
            "Content-Range", "bytes " + from + "-" + (from + length - 1) + "/" + size);
      }
      response.setContentType(contentType);
      response.setContentLengthLong(length);
      copy(in, response.getOutputStream());
    }
  }

  private static void copy(InputStream in, OutputStream out) throws IOException {
    byte[] buffer = new byte[BUFFER];
    int count;
    while ((count = in.read(buffer)) > 0) {
      out.write(buffer, 0, count);
    }
  }

  /** A version's bytes never change, so that FHIR's weak tag is as good as the strong one here. */
  private static boolean isRangeValid(@Nullable String ifRange, ResourceVersion version) {
    return ifRange == null
        || FhirApi.versionOf(ifRange).equals(Integer.toString(version.version()));
  }

  /**
   * The part that is asked for; null for the whole, also where several parts are or the header is
   * none (RFC 9110, 14.2).
   *
   * @throws IllegalArgumentException if there is no such part
   */
  static @Nullable Range range(@Nullable String header, long size) {
    if (header == null) {
      return null;
    }
    Matcher matcher = RANGE.matcher(header.strip());
    if (!matcher.matches() || matcher.group(1).isEmpty() && matcher.group(2).isEmpty()) {
      return null;
    }
    if (matcher.group(1).isEmpty()) {
      long last = Math.min(Long.parseLong(matcher.group(2)), size);
      return new Range(size - last, last);
    }
    long from = Long.parseLong(matcher.group(1));
    long to =
        matcher.group(2).isEmpty()
            ? size - 1
            : Math.min(Long.parseLong(matcher.group(2)), size - 1);
    if (!matcher.group(2).isEmpty() && Long.parseLong(matcher.group(2)) < from) {
      return null;
    }
    if (from >= size) {
      throw new IllegalArgumentException("beyond the end");
    }
    return new Range(from, to - from + 1);
  }
}

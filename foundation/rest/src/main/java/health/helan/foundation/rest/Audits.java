package health.helan.foundation.rest;

import health.helan.foundation.definitions.R4;
import health.helan.foundation.store.AccessTrail;
import health.helan.foundation.store.AuditSink;
import health.helan.foundation.store.Caller;
import health.helan.foundation.store.Ids;
import health.helan.foundation.store.RecordStore;
import health.helan.foundation.store.Refusal;
import health.helan.foundation.store.search.SearchRequest.Parameter;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes the trace of each request from the request, its answer, and what the store noted meanwhile,
 * and hands it to the {@link AuditSink}. Nothing a resident could be known by is taken over in
 * clear: values stand as one keyed digest, names of parameters only where they are known ones, and
 * ids of refused requests only in the server's own form (someone may have typed an identity
 * number).
 */
public final class Audits {
  /** Request attribute, present once the request's trace is kept, or needs none. */
  public static final String RECORDED = Audits.class.getName();

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_:.\\-]{0,99}");
  private static final int MOST_NAMES = 30;

  /** Parameters of every type, of answers and of operations (FHIR R4, search.html). */
  private static final Set<String> COMMON =
      Set.of(
          "_id _lastUpdated _tag _profile _security _source _text _content _list _has _type _query"
              .concat(
                  " _filter _sort _count _cursor _include _revinclude _summary _total _elements")
              .concat(" _contained _containedType _format _pretty _since _at")
              .concat(" start end max identifier resource profile mode meta path")
              .concat(" _outputFormat _typeFilter job file")
              .split(" "));

  private final RecordStore store;
  private final AuditSink sink;

  private final Set<String> operations;

  /**
   * @param operations those that are offered: names of others are not taken over
   */
  public Audits(RecordStore store, Operations operations, AuditSink sink) {
    this.store = store;
    this.operations =
        operations.all().stream()
            .map(operation -> operation.spec().name())
            .collect(Collectors.toUnmodifiableSet());
    this.sink = sink;
  }

  /** The same trace of requests to another store at a base of its own. */
  public Audits of(RecordStore other, Operations offered) {
    return new Audits(other, offered, sink);
  }

  /** Begins the trace of a request that has just arrived. */
  public Audit begin(HttpServletRequest request) {
    return new Audit(request);
  }

  /** Counts a request in, until {@link #leaves}. */
  public void arrives() {
    sink.arrives();
  }

  /** Counts a request out that was counted in. */
  public void leaves() {
    sink.leaves();
  }

  /** Notes the patients that a path or a query names, before anybody looks for them. */
  static void noteAsked(RecordStore store, String[] path, Query query) {
    if (!AccessTrail.CURRENT.isBound()) {
      return;
    }
    if (path.length > 1
        && path[0].equals("Patient")
        && !path[1].startsWith("_")
        && !path[1].startsWith("$")) {
      noteAsked(store, path[1]);
    }
    for (Parameter parameter : query.parameters()) {
      String name = parameter.name();
      boolean isId = name.equals("_id") && path.length > 0 && path[0].equals("Patient");
      if (isId || name.equals("patient") || name.equals("subject")) {
        String[] values = parameter.value().split(",", MOST_NAMES + 1);
        for (int i = 0; i < Math.min(values.length, MOST_NAMES); i++) {
          String value = values[i];
          if (value.startsWith("Patient/")) {
            noteAsked(store, value.substring("Patient/".length()));
          } else if (value.indexOf('/') < 0) {
            noteAsked(store, value);
          }
        }
      }
    }
  }

  private static void noteAsked(RecordStore store, String id) {
    if (!id.isEmpty() && id.length() <= 64) {
      AccessTrail.noteAsked(store.parameters().digests().reference("Patient", id));
    }
  }

  /** The trace of one request. Used by the request's thread alone. */
  public final class Audit {
    private final HttpServletRequest request;
    private final long begun = System.nanoTime();
    private final AccessTrail trail = new AccessTrail();

    private Audit(HttpServletRequest request) {
      this.request = request;
    }

    AccessTrail trail() {
      return trail;
    }

    public boolean isRecorded() {
      return request.getAttribute(RECORDED) != null;
    }

    /** Nothing of the records is in the answer: it leaves no trace (any more). */
    void needsNone() {
      request.setAttribute(RECORDED, true);
    }

    /**
     * Keeps the trace; does nothing when it is kept already.
     *
     * @param status of the answer that is about to leave
     * @throws Refusal TRANSIENT if it cannot be kept: then nothing may leave but this
     */
    public void record(int status) {
      record(status, null);
    }

    void record(int status, @Nullable String location) {
      if (isRecorded()) {
        return;
      }
      String[] path = segments(request.getPathInfo());
      String method = request.getMethod().equals("HEAD") ? "GET" : request.getMethod();
      String query = request.getQueryString() == null ? "" : request.getQueryString();
      byte[] form = trail.form();
      String asked =
          request.getServletPath()
              + (request.getPathInfo() == null ? "" : request.getPathInfo())
              + "?"
              + query
              + (form == null ? "" : "\n" + new String(form, StandardCharsets.UTF_8));
      String base = request.getServletPath();
      boolean isFhir = base.equals("/fhir") || base.startsWith("/fhir/");
      boolean refused = status >= 400;
      String last = path.length == 0 ? "" : path[path.length - 1];
      String type = isFhir && path.length > 0 && isType(path[0]) ? path[0] : "";
      String id = "";
      if (!type.isEmpty()
          && path.length > 1
          && !path[1].startsWith("_")
          && !path[1].startsWith("$")) {
        id = path[1];
      } else if (location != null && location.startsWith(type + "/")) {
        id = location.split("/", 3)[1];
      }
      if (refused && !Ids.isAssigned(id)) {
        id = "";
      }
      String interaction =
          !isFhir
              ? "other"
              : trail.interaction().isEmpty() ? interaction(method, path) : trail.interaction();
      String operation = "";
      if (last.startsWith("$")) {
        operation = operations.contains(last.substring(1)) ? last.substring(1) : "?";
      } else if (path.length > 2 && !path[2].startsWith("_") && isType(path[2])) {
        operation = path[2]; // The type that is looked for in a compartment.
      }
      if (operation.isEmpty() && isFhir && !base.equals("/fhir")) {
        operation = base.substring("/fhir/".length()); // Which of the bases was asked.
      }
      sink.record(
          new AuditSink.Request(
              Instant.now().truncatedTo(ChronoUnit.MILLIS),
              request.getAttribute(FhirServlet.CALLER) instanceof Caller caller ? caller : null,
              request.getRemoteAddr(),
              interaction,
              type,
              id,
              operation,
              names(path.length > 2 && isType(path[2]) ? path[2] : type, query, form, refused),
              store.parameters().digests().of(asked),
              status,
              trail.resources(),
              trail.refusals(),
              (int) Math.min(Integer.MAX_VALUE, (System.nanoTime() - begun) / 1_000_000),
              trail.subjects()));
      request.setAttribute(RECORDED, true);
    }

    private List<String> names(String type, String query, byte @Nullable [] form, boolean refused) {
      if (query.isEmpty() && form == null) {
        return List.of();
      }
      var names = new TreeSet<String>();
      names(type, query, refused, names);
      if (form != null) {
        names(type, new String(form, StandardCharsets.UTF_8), refused, names);
      }
      return names.stream().limit(MOST_NAMES).toList();
    }

    private void names(String type, String query, boolean refused, Set<String> names) {
      List<Parameter> parameters;
      try {
        parameters = Query.parse(query).parameters();
      } catch (Refusal e) {
        names.add("?");
        return;
      }
      for (Parameter parameter : parameters) {
        String name = parameter.name();
        int end = 0;
        while (end < name.length() && name.charAt(end) != ':' && name.charAt(end) != '.') {
          end++;
        }
        String code = name.substring(0, end);
        if (!isKnown(type, code)) {
          names.add("?");
        } else if (refused || !NAME.matcher(name).matches()) {
          names.add(code); // What follows it was perhaps not understood.
        } else {
          names.add(name);
        }
      }
    }

    private boolean isKnown(String type, String code) {
      return COMMON.contains(code)
          || !type.isEmpty() && store.parameters().type(type).searchable().containsKey(code);
    }
  }

  private static boolean isType(String segment) {
    return R4.get().resourceTypes().contains(segment);
  }

  private static String[] segments(@Nullable String path) {
    return FhirServlet.segments(path);
  }

  /** Code of {@code restful-interaction} by method and path. */
  static String interaction(String method, String[] path) {
    if (path.length > 0 && path[path.length - 1].startsWith("$")) {
      return "operation";
    }
    return switch (path.length) {
      case 0 -> method.equals("POST") ? "transaction" : "search-system";
      case 1 ->
          switch (path[0]) {
            case "metadata" -> "capabilities";
            case "_history" -> "history-system";
            case "_search" -> "search-system";
            default -> method.equals("GET") ? "search-type" : change(method);
          };
      case 2 ->
          switch (path[1]) {
            case "_history" -> "history-type";
            case "_search" -> "search-type";
            default -> method.equals("GET") ? "read" : change(method);
          };
      case 3 -> path[2].equals("_history") ? "history-instance" : "search-type";
      case 4 -> path[2].equals("_history") ? "vread" : "search-type";
      default -> "other";
    };
  }

  private static String change(String method) {
    return switch (method) {
      case "POST" -> "create";
      case "PUT" -> "update";
      case "PATCH" -> "patch";
      case "DELETE" -> "delete";
      default -> "other";
    };
  }
}

package health.helan.foundation.rest;

import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a bundle in one pass over its bytes without building trees: where each entry's resource
 * lies, what is asked of it, which patient it speaks of, which conditional references it holds. The
 * largest Synthea bundle has 45 MB; as a tree it would take ten times that.
 */
final class BundleReader {
  /** Most entries of a bundle. */
  static final int MAX_ENTRIES = 100_000;

  private static final Set<String> PATIENT_ELEMENTS =
      Set.of("subject", "patient", "beneficiary", "for", "individual", "schedule");

  /** One entry; bodies are read when they are needed. */
  static final class Entry {
    @Nullable String fullUrl;
    @Nullable String resourceType;
    @Nullable String patient;
    int from = -1;
    int to;
    @Nullable String method;
    @Nullable String url;
    @Nullable String ifNoneExist;
    @Nullable String ifMatch;
    @Nullable String ifNoneMatch;
    @Nullable String ifModifiedSince;
  }

  private final byte[] bytes;
  private @Nullable String type;
  private final Set<String> profiles = new LinkedHashSet<>();
  private final List<Entry> entries = new ArrayList<>();
  private final Set<String> conditionalReferences = new LinkedHashSet<>();

  private BundleReader(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * @throws Refusal when it is not JSON or not shaped like a bundle
   */
  static BundleReader read(byte[] bytes) {
    var reader = new BundleReader(bytes);
    try (JsonParser parser = Json.MAPPER.createParser(bytes)) {
      reader.bundle(parser);
    } catch (JacksonException e) {
      throw Bodies.broken(e);
    }
    return reader;
  }

  /** {@code Bundle.type}; null when it has none. */
  @Nullable String type() {
    return type;
  }

  /** Profiles that the bundle itself claims, without their versions. */
  Set<String> profiles() {
    return profiles;
  }

  List<Entry> entries() {
    return entries;
  }

  Set<String> conditionalReferences() {
    return conditionalReferences;
  }

  /** The resource of an entry as a tree. */
  ObjectNode resource(Entry entry) {
    if (entry.from < 0) {
      throw new Refusal(Refusal.Kind.INVALID, "rest.entry-without-resource");
    }
    return (ObjectNode) Bodies.tree(bytes, entry.from, entry.to - entry.from);
  }

  private void bundle(JsonParser parser) {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "rest.not-an-object");
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      switch (name) {
        case "type" -> type = text(parser, "Bundle.type");
        case "meta" -> {
          if (token != JsonToken.START_OBJECT) {
            throw shape("Bundle.meta");
          }
          meta(parser);
        }
        case "entry" -> {
          if (token != JsonToken.START_ARRAY) {
            throw shape("Bundle.entry");
          }
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (entries.size() == MAX_ENTRIES) {
              throw new Refusal(Refusal.Kind.TOO_LONG, "rest.too-many-entries", MAX_ENTRIES);
            }
            entry(parser);
          }
        }
        default -> parser.skipChildren();
      }
    }
    if (parser.nextToken() != null) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "rest.text-after-json");
    }
  }

  private void meta(JsonParser parser) {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (!"profile".equals(name)) {
        parser.skipChildren();
        continue;
      }
      if (token != JsonToken.START_ARRAY) {
        throw shape("Bundle.meta.profile");
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        String profile = text(parser, "Bundle.meta.profile");
        if (profile != null) {
          int version = profile.indexOf('|');
          profiles.add(version < 0 ? profile : profile.substring(0, version));
        }
      }
    }
  }

  private void entry(JsonParser parser) {
    String place = "Bundle.entry[" + entries.size() + "]";
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw shape(place);
    }
    var entry = new Entry();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      switch (name) {
        case "fullUrl" -> entry.fullUrl = text(parser, place + ".fullUrl");
        case "resource" -> {
          if (token != JsonToken.START_OBJECT) {
            throw shape(place + ".resource");
          }
          entry.from = (int) parser.currentTokenLocation().getByteOffset();
          resource(parser, entry);
          TokenStreamLocation end = parser.currentLocation();
          entry.to = (int) end.getByteOffset();
        }
        case "request" -> {
          if (token != JsonToken.START_OBJECT) {
            throw shape(place + ".request");
          }
          request(parser, entry, place);
        }
        default -> parser.skipChildren();
      }
    }
    entries.add(entry);
  }

  private static void request(JsonParser parser, Entry entry, String place) {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      String at = place + ".request." + name;
      switch (name) {
        case "method" -> entry.method = text(parser, at);
        case "url" -> entry.url = text(parser, at);
        case "ifNoneExist" -> entry.ifNoneExist = text(parser, at);
        case "ifMatch" -> entry.ifMatch = text(parser, at);
        case "ifNoneMatch" -> entry.ifNoneMatch = text(parser, at);
        case "ifModifiedSince" -> entry.ifModifiedSince = text(parser, at);
        default -> parser.skipChildren();
      }
    }
  }

  /** Walks a resource's tokens up to its end. */
  private void resource(JsonParser parser, Entry entry) {
    int depth = 1;
    boolean inPatientElement = false;
    while (depth > 0) {
      JsonToken token = parser.nextToken();
      if (token == null) {
        throw new Refusal(Refusal.Kind.STRUCTURE, "rest.not-an-object");
      }
      switch (token) {
        case START_OBJECT, START_ARRAY -> depth++;
        case END_OBJECT, END_ARRAY -> depth--;
        case PROPERTY_NAME -> {
          if (depth == 1) {
            inPatientElement = PATIENT_ELEMENTS.contains(parser.currentName());
          }
        }
        case VALUE_STRING -> {
          String name = parser.currentName();
          if (depth == 1 && "resourceType".equals(name)) {
            entry.resourceType = parser.getString();
          } else if ("reference".equals(name)) {
            String reference = parser.getString();
            if (inPatientElement && depth == 2 && entry.patient == null) {
              entry.patient = reference;
            }
            if (isConditional(reference)) {
              conditionalReferences.add(reference);
            }
          }
        }
        default -> {
          // Numbers, booleans and nulls say nothing here.
        }
      }
    }
  }

  /** {@code Practitioner?identifier=http://…|1}: a colon only after the question mark. */
  private static boolean isConditional(String reference) {
    int question = reference.indexOf('?');
    return question > 0 && reference.lastIndexOf(':', question) < 0;
  }

  private static @Nullable String text(JsonParser parser, String place) {
    return switch (parser.currentToken()) {
      case VALUE_STRING -> parser.getString();
      case VALUE_NULL -> null;
      default -> throw shape(place);
    };
  }

  private static Refusal shape(String place) {
    return new Refusal(Refusal.Kind.STRUCTURE, place, "rest.wrong-shape", new Object[] {place});
  }
}

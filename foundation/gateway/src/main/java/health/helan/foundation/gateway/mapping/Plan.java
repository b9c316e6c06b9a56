package health.helan.foundation.gateway.mapping;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** A resource that a message becomes, before it is known whether it is there already. */
public final class Plan {
  /** What is done when a resource with the same identifier is there. */
  public enum Write {
    /** It is brought up to the message: what the message says replaces, the rest stays. */
    UPDATE,
    /** It stays as it is. */
    ENSURE,
    /** There is none: it is always a new one. */
    CREATE
  }

  /** An identifier; {@code system} may be empty. */
  public record Key(String system, String value) {
    /** True when other institutions use the same system: a citizen's identity number. */
    public boolean isShared() {
      return system.equals(Identifiers.CITIZEN);
    }
  }

  final String type;
  final String name;
  final Node node;
  final Write write;
  final @Nullable Key key;
  final boolean guarded;
  final List<String> added;
  final String fullUrl = "urn:uuid:" + UUID.randomUUID();
  final List<ObjectNode> references = new ArrayList<>();
  @Nullable ObjectNode body;

  Plan(
      String type,
      String name,
      Node node,
      Write write,
      @Nullable Key key,
      boolean guarded,
      List<String> added) {
    this.type = type;
    this.name = name;
    this.node = node;
    this.write = write;
    this.key = key;
    this.guarded = guarded;
    this.added = added;
  }

  public String type() {
    return type;
  }

  public Write write() {
    return write;
  }

  /** Null for a resource without an identity of its own. */
  public @Nullable Key key() {
    return key;
  }

  /** True when a create is to be guarded against another feed that creates the same. */
  public boolean isGuarded() {
    return guarded;
  }

  /** Elements whose items are added to those that are there. */
  public List<String> added() {
    return added;
  }

  public String fullUrl() {
    return fullUrl;
  }

  /** References to it within the message's resources, still to be filled in. */
  public List<ObjectNode> references() {
    return references;
  }

  public ObjectNode body() {
    return java.util.Objects.requireNonNull(body);
  }
}

package health.helan.foundation.gateway.mapping;

import java.util.List;

/**
 * How the records of a message belong together: a group begins at one of {@code starts} and holds
 * what follows, until another group of its level begins. A later name of {@code starts} begins a
 * new one only if the open group has it, or something behind it, already: {@code [ORC, OBR]} is an
 * ORC with its OBR, or an OBR alone.
 */
public record Groups(String name, List<String> starts, List<Groups> children) {
  public static final Groups NONE = new Groups("", List.of(), List.of());

  public Groups {
    starts = List.copyOf(starts);
    children = List.copyOf(children);
  }
}

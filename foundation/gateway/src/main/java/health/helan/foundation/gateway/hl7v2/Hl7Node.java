package health.helan.foundation.gateway.hl7v2;

import health.helan.foundation.gateway.mapping.Groups;
import health.helan.foundation.gateway.mapping.Node;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Groups, segments and values of a message for mappings. Paths: {@code order} (child groups),
 * {@code OBX} (segments of this group; where it has none, of the groups around it), {@code PID-3}
 * (all repetitions), {@code PID-3.4}, {@code PID-3.4.2}; on a segment or value, {@code .4} and
 * {@code .4.2}.
 */
abstract sealed class Hl7Node implements Node {
  final Er7 message;
  private final @Nullable Hl7Node parent;

  private Hl7Node(Er7 message, @Nullable Hl7Node parent) {
    this.message = message;
    this.parent = parent;
  }

  @Override
  public @Nullable Hl7Node parent() {
    return parent;
  }

  /** The segments of a message, grouped. */
  static Hl7Node root(Er7 message, Groups groups) {
    var root = new Group(message, null, groups);
    Group open = root;
    for (Er7.Segment segment : message.segments()) {
      open = open.place(segment);
    }
    return root;
  }

  /** A group of segments. */
  static final class Group extends Hl7Node {
    private final Groups definition;
    private final List<Seg> segments = new ArrayList<>();
    private final List<Group> children = new ArrayList<>();

    private Group(Er7 message, @Nullable Group parent, Groups definition) {
      super(message, parent);
      this.definition = definition;
    }

    /** Puts a segment where it belongs; the group that is open afterwards. */
    private Group place(Er7.Segment segment) {
      for (@Nullable Group at = this; at != null; at = (Group) at.parent()) {
        int index = at.definition.starts().indexOf(segment.name());
        if (index > 0 && at.takes(index)) {
          at.add(segment);
          return at;
        }
        for (Groups child : at.definition.children()) {
          if (child.starts().contains(segment.name())) {
            var opened = new Group(message, at, child);
            at.children.add(opened);
            opened.add(segment);
            return opened;
          }
        }
      }
      add(segment);
      return this;
    }

    /** True when it has neither this start nor one behind it. */
    private boolean takes(int index) {
      List<String> starts = definition.starts();
      for (Seg segment : segments) {
        if (starts.indexOf(segment.segment.name()) >= index) {
          return false;
        }
      }
      return true;
    }

    private void add(Er7.Segment segment) {
      segments.add(new Seg(message, this, segment));
    }

    @Override
    public List<? extends Node> select(String path) {
      int dash = path.indexOf('-');
      String name = dash < 0 ? path : path.substring(0, dash);
      if (!name.isEmpty() && Character.isLowerCase(name.charAt(0))) {
        return children.stream().filter(child -> child.definition.name().equals(name)).toList();
      }
      for (@Nullable Group at = this; at != null; at = (Group) at.parent()) {
        List<Seg> found =
            at.segments.stream().filter(seg -> seg.segment.name().equals(name)).toList();
        if (!found.isEmpty()) {
          if (dash < 0) {
            return found;
          }
          // One segment's field; of several segments each has to be named by "each".
          return found.getFirst().select("." + path.substring(dash + 1));
        }
      }
      return List.of();
    }

    @Override
    public String text() {
      return "";
    }

    @Override
    public Node part(int number) {
      return new Value(message, this, "", 3, "");
    }

    @Override
    public String place() {
      return definition.name();
    }
  }

  /** A segment. */
  static final class Seg extends Hl7Node {
    private final Er7.Segment segment;

    private Seg(Er7 message, Group parent, Er7.Segment segment) {
      super(message, parent);
      this.segment = segment;
    }

    @Override
    public List<? extends Node> select(String path) {
      if (!path.startsWith(".")) {
        int dash = path.indexOf('-');
        if (dash == 3 && path.startsWith(segment.name())) {
          return select("." + path.substring(dash + 1));
        }
        if (path.equals(segment.name())) {
          return List.of(this);
        }
        return java.util.Objects.requireNonNull(parent()).select(path);
      }
      int dot = path.indexOf('.', 1);
      int number = Integer.parseInt(dot < 0 ? path.substring(1) : path.substring(1, dot));
      String raw = segment.field(number);
      if (raw.isEmpty()) {
        return List.of();
      }
      String place = segment.name() + "-" + number;
      // MSH-2 is made of separators.
      boolean isWhole = segment.name().equals("MSH") && number <= 2;
      List<String> repetitions =
          isWhole ? List.of(raw) : Er7.split(raw, message.separators().repetition());
      var found = new ArrayList<Node>();
      for (String repetition : repetitions) {
        var value = new Value(message, this, repetition, isWhole ? 3 : 1, place);
        if (dot < 0) {
          if (!repetition.isEmpty()) {
            found.add(value);
          }
        } else {
          found.addAll(value.select(path.substring(dot)));
        }
      }
      return found;
    }

    @Override
    public String text() {
      return "";
    }

    @Override
    public Node part(int number) {
      List<? extends Node> found = select("." + number);
      return found.isEmpty()
          ? new Value(message, this, "", 3, segment.name() + "-" + number)
          : found.getFirst();
    }

    @Override
    public String place() {
      return segment.name();
    }
  }

  /** A repetition of a field (depth 1), a component (2) or a subcomponent (3). */
  static final class Value extends Hl7Node {
    private final String raw;
    private final int depth;
    private final String place;

    private Value(Er7 message, Hl7Node parent, String raw, int depth, String place) {
      super(message, parent);
      this.raw = raw;
      this.depth = depth;
      this.place = place;
    }

    @Override
    public List<? extends Node> select(String path) {
      if (!path.startsWith(".")) {
        return java.util.Objects.requireNonNull(parent()).select(path);
      }
      int dot = path.indexOf('.', 1);
      int number = Integer.parseInt(dot < 0 ? path.substring(1) : path.substring(1, dot));
      Value part = part(number);
      if (part.raw.isEmpty()) {
        return List.of();
      }
      return dot < 0 ? List.of(part) : part.select(path.substring(dot));
    }

    @Override
    public Value part(int number) {
      Er7.Separators by = message.separators();
      String found =
          switch (depth) {
            case 1 -> Er7.nth(raw, by.component(), number);
            case 2 -> Er7.nth(raw, by.sub(), number);
            default -> number == 1 ? raw : "";
          };
      return new Value(message, this, found, Math.min(3, depth + 1), place + "." + number);
    }

    /** The text of the first part where it has several. */
    @Override
    public String text() {
      Er7.Separators by = message.separators();
      String first = raw;
      if (depth <= 1) {
        first = Er7.nth(first, by.component(), 1);
      }
      if (depth <= 2) {
        first = Er7.nth(first, by.sub(), 1);
      }
      if (first.equals("\"\"")) {
        return "";
      }
      return message.unescape(first).strip();
    }

    @Override
    public String whole() {
      return isNull() ? "" : message.unescape(raw).strip();
    }

    @Override
    public boolean isNull() {
      return raw.equals("\"\"");
    }

    @Override
    public String place() {
      return place;
    }
  }
}

package health.helan.foundation.gateway.table;

import health.helan.foundation.gateway.Feed;
import health.helan.foundation.gateway.Finding;
import health.helan.foundation.gateway.Format;
import health.helan.foundation.gateway.Message;
import health.helan.foundation.gateway.mapping.Columns;
import health.helan.foundation.gateway.mapping.Groups;
import health.helan.foundation.gateway.mapping.Identifiers;
import health.helan.foundation.gateway.mapping.Mapping;
import health.helan.foundation.gateway.mapping.Node;
import health.helan.foundation.store.Json;
import health.helan.foundation.store.Refusal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Files of CSV or Excel (.xlsx), and the rows they were taken apart into. A row is kept as JSON, so
 * that it can be read and corrected alone: {@code {"of": file, "row": 12, "cells": {"姓名": "…"}}}.
 */
public final class Table implements Format {
  public static final String NAME = "table";

  /** Most rows of a file. */
  static final int MAX_ROWS = 200_000;

  /** So many rows at the top are looked at for the columns' names. */
  private static final int TITLE_ROWS = 30;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Read read(byte[] bytes, Feed feed) {
    if (bytes.length == 0) {
      throw new Refusal(Refusal.Kind.STRUCTURE, "gateway.empty");
    }
    if (feed.table().isEmpty()) {
      throw new Refusal(Refusal.Kind.NOT_SUPPORTED, "gateway.feed-setting", "table");
    }
    ObjectNode row = row(bytes);
    if (row != null) {
      return new Row(row, feed);
    }
    Sheet.refuseOthers(bytes);
    return new File(bytes, feed);
  }

  /** Null when it is no row of ours. */
  private static @Nullable ObjectNode row(byte[] bytes) {
    if (bytes[0] != '{') {
      return null;
    }
    try {
      return Json.MAPPER.readTree(bytes) instanceof ObjectNode object
              && object.path("cells").isObject()
              && object.path("row").isInt()
          ? object
          : null;
    } catch (JacksonException e) {
      return null;
    }
  }

  // ------------------------------------------------------------------ a file

  private record File(byte[] bytes, Feed feed) implements Read {
    @Override
    public String type() {
      return feed.table();
    }

    /** Its content decides: the same file is taken once. */
    @Override
    public String controlId() {
      return "";
    }

    @Override
    public String patientKey() {
      return "";
    }

    @Override
    public List<Finding> findings() {
      return List.of();
    }

    @Override
    public Node root(Groups groups) {
      throw new IllegalStateException("a file is taken apart");
    }

    @Override
    public boolean isContainer() {
      return true;
    }

    @Override
    public Iterator<byte[]> parts(String id, Mapping mapping) {
      return new Rows(id, mapping.columns(), Sheet.rows(bytes, feed.charset(), mapping.columns()));
    }
  }

  /** The rows below the columns' names, as JSON. */
  private static final class Rows implements Iterator<byte[]> {
    private final String file;
    private final Columns columns;
    private final Iterator<Sheet.Line> lines;
    private final List<String> header;
    private final @Nullable String patient;
    private byte @Nullable [] next;
    private int count;

    Rows(String file, Columns columns, Iterator<Sheet.Line> lines) {
      if (columns.columns().isEmpty()) {
        throw new Refusal(Refusal.Kind.VALUE, "gateway.table-no-columns");
      }
      this.file = file;
      this.columns = columns;
      this.lines = lines;
      header = header();
      String path = columns.patient();
      patient = path == null ? null : present(path);
    }

    /**
     * The first row that has the names of all columns that have to be there.
     *
     * @throws Refusal naming those that no row has
     */
    private List<String> header() {
      List<String> missing = List.of();
      int best = Integer.MAX_VALUE;
      for (int i = 0; i < TITLE_ROWS && lines.hasNext(); i++) {
        Sheet.Line line = lines.next();
        if (columns.header() > 0 && line.number() != columns.header()) {
          continue;
        }
        List<String> names = distinct(line.cells());
        List<String> absent = absent(names);
        boolean hasOne = columns.columns().values().stream().anyMatch(each -> isIn(names, each));
        if (absent.isEmpty() && hasOne) {
          return names;
        }
        if (absent.size() < best) {
          best = absent.size();
          missing = absent;
        }
        if (columns.header() > 0) {
          break;
        }
      }
      throw new Refusal(
          Refusal.Kind.UNPROCESSABLE,
          "gateway.table-columns",
          missing.isEmpty()
              ? String.join(", ", columns.columns().keySet())
              : String.join(", ", missing));
    }

    private List<String> absent(List<String> names) {
      return columns.columns().values().stream()
          .filter(column -> column.isRequired() && !isIn(names, column))
          .map(column -> column.names().getFirst())
          .toList();
    }

    private static boolean isIn(List<String> names, Columns.Column column) {
      return column.names().stream()
          .anyMatch(
              wanted ->
                  names.stream()
                      .anyMatch(name -> Columns.plain(name).equals(Columns.plain(wanted))));
    }

    /** A name that stands twice is told apart by a number. */
    private static List<String> distinct(List<String> cells) {
      var names = new ArrayList<String>();
      for (int i = 0; i < cells.size(); i++) {
        String name = cells.get(i).strip();
        if (name.isEmpty()) {
          name = "#" + (i + 1);
        }
        String unique = name;
        for (int n = 2; names.contains(unique); n++) {
          unique = name + " (" + n + ")";
        }
        names.add(unique);
      }
      return names;
    }

    /** The file's own name of a column; null when it has none of them. */
    private @Nullable String present(String path) {
      Columns.Column column = columns.columns().get(path);
      if (column != null) {
        for (String wanted : column.names()) {
          for (String name : header) {
            if (Columns.plain(name).equals(Columns.plain(wanted))) {
              return name;
            }
          }
        }
      }
      return null;
    }

    @Override
    public boolean hasNext() {
      while (next == null && lines.hasNext()) {
        next = json(lines.next());
      }
      return next != null;
    }

    @Override
    public byte[] next() {
      if (!hasNext() || next == null) {
        throw new NoSuchElementException();
      }
      byte[] row = next;
      next = null;
      return row;
    }

    /** Null for a row with nothing in it. */
    private byte @Nullable [] json(Sheet.Line line) {
      ObjectNode row = Json.MAPPER.createObjectNode();
      row.put("of", file);
      row.put("row", line.number());
      ObjectNode cells = row.putObject("cells");
      ObjectNode odd = Json.MAPPER.createObjectNode();
      for (int i = 0; i < line.cells().size(); i++) {
        String text = line.cells().get(i).strip();
        String name = i < header.size() ? header.get(i) : "#" + (i + 1);
        if (!text.isEmpty()) {
          cells.put(name, text);
        }
        String problem = line.odd().get(i);
        if (problem != null) {
          odd.put(name, problem);
        }
      }
      if (cells.isEmpty() && odd.isEmpty()) {
        return null;
      }
      if (++count > MAX_ROWS) {
        throw new Refusal(Refusal.Kind.TOO_LONG, "gateway.table-too-long", MAX_ROWS);
      }
      if (patient != null) {
        row.put("patient", cells.path(patient).asString(""));
      }
      if (!odd.isEmpty()) {
        row.set("odd", odd);
      }
      return Json.MAPPER.writeValueAsBytes(row);
    }
  }

  // ------------------------------------------------------------------ a row

  private record Row(ObjectNode row, Feed feed) implements Read {
    @Override
    public String type() {
      return feed.table();
    }

    @Override
    public String controlId() {
      return Message.part(row.path("of").asString(""), row.path("row").asInt());
    }

    @Override
    public String patientKey() {
      return Identifiers.ofText(feed, row.path("patient").asString(""), "patient");
    }

    @Override
    public List<Finding> findings() {
      var findings = new ArrayList<Finding>();
      findings.add(
          new Finding(
              "gateway.found-of-file", "#" + row.path("row").asInt(), row.path("of").asString("")));
      for (Map.Entry<String, JsonNode> odd : row.path("odd").properties()) {
        findings.add(new Finding(odd.getValue().asString(""), place(odd.getKey())));
      }
      return findings;
    }

    private String place(String column) {
      return "#" + row.path("row").asInt() + " " + column;
    }

    @Override
    public Node root(Groups groups) {
      return root(groups, Columns.NONE);
    }

    @Override
    public Node root(Groups groups, Columns columns) {
      var byName = new HashMap<String, Cell>();
      var root = new Cells(columns, byName, "#" + row.path("row").asInt());
      for (Map.Entry<String, JsonNode> cell : row.path("cells").properties()) {
        byName.put(
            Columns.plain(cell.getKey()),
            new Cell(root, place(cell.getKey()), cell.getValue().asString("").strip()));
      }
      return root;
    }
  }

  /** A row for mappings: paths are the names of declared columns, or the file's own. */
  private record Cells(Columns columns, Map<String, Cell> byName, String place) implements Node {
    @Override
    public List<? extends Node> select(String path) {
      Columns.Column column = columns.columns().get(path);
      for (String name : column == null ? List.of(path) : column.names()) {
        Cell cell = byName.get(Columns.plain(name));
        if (cell != null && !cell.text.isEmpty()) {
          return List.of(cell);
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
      return new Cell(this, place, "");
    }

    @Override
    public @Nullable Node parent() {
      return null;
    }

    // Never what it says of a resident.
    @Override
    public String toString() {
      return place;
    }
  }

  private record Cell(Node row, String place, String text) implements Node {
    @Override
    public List<? extends Node> select(String path) {
      return row.select(path);
    }

    @Override
    public Node part(int number) {
      return new Cell(row, place, number == 1 ? text : "");
    }

    @Override
    public Node parent() {
      return row;
    }

    @Override
    public String toString() {
      return place;
    }
  }
}

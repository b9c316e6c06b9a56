package health.helan.app.gateway;

import health.helan.app.start.StartRefused;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code helan send --mllp HOST:PORT FILE…}: sends each file as one MLLP block, as a hospital's
 * system would, and prints what is answered. A sample sender for integrators.
 */
public final class SendCommand {
  private static final int PATIENCE_MILLIS = 60_000;

  private SendCommand() {}

  /**
   * @return 0 when each was answered with AA or CA, 1 when one was not, 2 for wrong arguments
   */
  public static int run(List<String> words, PrintStream out) {
    String target = null;
    var files = new ArrayList<Path>();
    for (int i = 0; i < words.size(); i++) {
      if (words.get(i).equals("--mllp") && i + 1 < words.size()) {
        target = words.get(++i);
      } else if (words.get(i).startsWith("-")) {
        throw usage();
      } else {
        files.add(Path.of(words.get(i)));
      }
    }
    if (target == null || files.isEmpty() || !target.matches("\\S+:\\d{1,5}")) {
      throw usage();
    }
    int colon = target.lastIndexOf(':');
    boolean allTaken = true;
    try (Socket socket =
        new Socket(target.substring(0, colon), Integer.parseInt(target.substring(colon + 1)))) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      for (Path file : files) {
        byte[] message = Files.readAllBytes(file);
        var block = new ByteArrayOutputStream();
        block.write(0x0B);
        block.writeBytes(message);
        block.write(0x1C);
        block.write('\r');
        socket.getOutputStream().write(block.toByteArray());
        String answer = answer(socket.getInputStream());
        boolean taken = answer.contains("|AA|") || answer.contains("|CA|");
        allTaken &= taken;
        out.println(file + (taken ? "" : "  !!"));
        answer.lines().forEach(line -> out.println("  " + line));
      }
    } catch (IOException e) {
      throw new StartRefused("发送失败：" + e.getMessage(), "Sending failed: " + e.getMessage(), e);
    }
    return allTaken ? 0 : 1;
  }

  private static String answer(InputStream in) throws IOException {
    var out = new ByteArrayOutputStream();
    int b = in.read();
    while (b >= 0 && b != 0x1C) {
      if (b != 0x0B) {
        out.write(b);
      }
      b = in.read();
    }
    if (b < 0) {
      throw new IOException("the other side closed the connection");
    }
    in.read(); // CR
    return out.toString(StandardCharsets.UTF_8);
  }

  private static StartRefused usage() {
    return new StartRefused(
        "用法：./helan send --mllp 主机:端口 文件…", "Usage: ./helan send --mllp HOST:PORT FILE…");
  }
}

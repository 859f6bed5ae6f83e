using System.Text;
using System.Text.Json;
using MailCluster.Ctl.Output;

namespace MailCluster.Ctl.Tests;

public sealed class PrinterTests
{
    private static JsonElement Row(string json) => JsonDocument.Parse(json).RootElement;

    [Fact]
    public void A_table_aligns_and_hides_control_characters()
    {
        var output = new StringWriter { NewLine = "\n" };
        var table = new TablePrinter(output);
        table.Print(Row("""{"name":"a","n":5,"last":["x","y"]}"""));
        table.Print(Row("""{"name":"lönger\u001b[2J","n":1234,"last":{"k":"v","w":""}}"""));
        table.End();
        Assert.Equal("name           n  last\na              5  x, y\nlönger\ufffd[2J  1234  k=v w\n", output.ToString());
    }

    [Fact]
    public void A_table_without_rows_is_empty_and_a_long_one_is_printed_as_it_comes()
    {
        var output = new StringWriter { NewLine = "\n" };
        new TablePrinter(output).End();
        Assert.Equal("", output.ToString());
        var table = new TablePrinter(output, ["b"]);
        for (var i = 0; i < 500; i++) table.Print(Row("""{"a":1,"b":"x"}"""));
        Assert.Equal(501, output.ToString().Count(c => c == '\n'));
        table.Print(Row("""{"b":"longer than the column"}"""));
        Assert.EndsWith("longer than the column\n", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Json_turns_content_into_text_where_it_is_text()
    {
        using var output = new MemoryStream();
        var printer = new JsonPrinter(output);
        printer.Print(Row("""{"a":{"base64":"w7xA"},"b":{"base64":"/w=="},"c":[1,null,true]}"""));
        printer.Print(Row("""{"a":1}"""));
        printer.End();
        var rows = JsonDocument.Parse(output.ToArray()).RootElement;
        Assert.Equal("ü@", rows[0].GetProperty("a").GetString());
        Assert.Equal("/w==", rows[0].GetProperty("b").GetProperty("base64").GetString());
        Assert.Equal("[1,null,true]", rows[0].GetProperty("c").GetRawText());
        Assert.Equal(2, rows.GetArrayLength());
        using var empty = new MemoryStream();
        new JsonPrinter(empty).End();
        Assert.Equal("[]\n", Encoding.UTF8.GetString(empty.ToArray()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_terminal_is_spared_what_a_file_gets(bool isTerminal)
    {
        using var output = new MemoryStream();
        var printer = new PagerPrinter(output, isTerminal);
        var row = Row("""{"uid":1,"text":{"base64":"CONTENT"}}""".Replace("CONTENT", Convert.ToBase64String("a\u001b[2J\r\nb"u8), StringComparison.Ordinal));
        printer.Print(row);
        printer.End();
        Assert.Equal(
            isTerminal ? "uid: 1\ntext:\na\ufffd[2J\nb\n\f\n" : "uid: 1\ntext:\na\u001b[2J\r\nb\n\f\n",
            Encoding.UTF8.GetString(output.ToArray()));
    }

    [Theory]
    [InlineData("/opt/x", "/env", true, "/opt/x")]
    [InlineData(null, "/env", true, "/env")]
    [InlineData(null, null, true, "./data/admin.sock")]
    [InlineData(null, null, false, "/var/lib/mailcluster/admin.sock")]
    public void The_socket_is_the_first_that_is_named_or_there(string? option, string? variable, bool here, string expected) =>
        Assert.Equal(expected, AdminSocket.Find(option, _ => variable, path => here || path.StartsWith("/var", StringComparison.Ordinal)));
}

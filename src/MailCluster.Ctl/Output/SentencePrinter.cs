using System.Text.Json;

namespace MailCluster.Ctl.Output;

/// <summary>A line a row, for verbs that change something: <c>alice@example.com: added</c>.</summary>
internal sealed class SentencePrinter(TextWriter output, Func<JsonElement, string> sentence) : IRowPrinter
{
    public void Print(JsonElement row) => output.WriteLine(Content.Printable(sentence(row), keepLines: false));

    public void End() => output.Flush();
}

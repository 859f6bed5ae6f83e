using System.Text.Json;

namespace MailCluster.Ctl.Output;

/// <summary>Shows the rows of an answer, one after the other.</summary>
internal interface IRowPrinter
{
    void Print(JsonElement row);

    /// <summary>After the last row.</summary>
    void End();
}

/// <summary><c>--format</c>.</summary>
internal enum OutputFormat
{
    Table,
    Json,
}

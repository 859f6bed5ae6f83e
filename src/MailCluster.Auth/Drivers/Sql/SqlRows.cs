using System.Data.Common;
using System.Globalization;

namespace MailCluster.Auth.Drivers.Sql;

/// <summary>Rows as texts by column name.</summary>
internal static class SqlRows
{
    public static async ValueTask<IReadOnlyList<IReadOnlyDictionary<string, string>>> ReadAsync(
        DbDataReader reader, int rowsMax, CancellationToken cancellationToken)
    {
        var rows = new List<IReadOnlyDictionary<string, string>>();
        while (rows.Count < rowsMax && await reader.ReadAsync(cancellationToken)) rows.Add(Row(reader));
        return rows;
    }

    public static IReadOnlyList<IReadOnlyDictionary<string, string>> Read(DbDataReader reader, int rowsMax)
    {
        var rows = new List<IReadOnlyDictionary<string, string>>();
        while (rows.Count < rowsMax && reader.Read()) rows.Add(Row(reader));
        return rows;
    }

    private static Dictionary<string, string> Row(DbDataReader reader)
    {
        var row = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < reader.FieldCount; i++)
        {
            if (!reader.IsDBNull(i)) row[reader.GetName(i)] = Text(reader.GetValue(i));
        }

        return row;
    }

    // True and false as Dovecot's fields have them: a flag that is set, 0 where it is not.
    private static string Text(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "1" : "0",
        byte[] octets => System.Text.Encoding.UTF8.GetString(octets),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}

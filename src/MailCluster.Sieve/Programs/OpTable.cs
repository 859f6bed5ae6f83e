namespace MailCluster.Sieve.Programs;

/// <summary>
/// What operands each operation has, in order, a letter each: the writer, the reader of stored programs and the interpreter agree on this table.
/// <list type="bullet">
/// <item><c>b</c> a set of bits or a small number, <c>n</c> a number, <c>N</c> a number or none</item>
/// <item><c>s</c> a string, <c>S</c> a string or none, <c>l</c> a list of strings, <c>L</c> a list or none</item>
/// <item><c>v</c> a variable, <c>V</c> a variable or none, <c>W</c> a list of variables or none</item>
/// <item><c>m</c> a <see cref="MatchSpec"/>, <c>j</c> a place in the code (four octets; the others are of variable length)</item>
/// </list>
/// </summary>
internal static class OpTable
{
    /// <summary>Where the copy of a message that is generated goes (RFC 8580): folder, flags, bits, mailbox id, special use.</summary>
    private const string Fcc = "SLbSS";

    private static readonly string?[] s_operands = Make();

    /// <summary>The operands of an operation; null if there is no such operation.</summary>
    internal static string? OperandsOf(byte op) => op < s_operands.Length ? s_operands[op] : null;

    private static string?[] Make()
    {
        var table = new string?[byte.MaxValue + 1];
        void Set(OpCode op, string operands) => table[(byte)op] = operands;

        Set(OpCode.End, "");
        Set(OpCode.Jump, "j");
        Set(OpCode.JumpIfFalse, "j");
        Set(OpCode.JumpIfTrue, "j");
        Set(OpCode.Stop, "");
        Set(OpCode.Return, "");
        Set(OpCode.Error, "s");
        Set(OpCode.Include, "bs");
        Set(OpCode.PartsBegin, "j");
        Set(OpCode.PartsNext, "j");
        Set(OpCode.PartsBreak, "nj");

        Set(OpCode.Address, "mbblNl");
        Set(OpCode.Envelope, "mblSbl");
        Set(OpCode.Exists, "bl");
        Set(OpCode.Header, "mblNLl");
        Set(OpCode.Size, "bn");
        Set(OpCode.Body, "mbLl");
        Set(OpCode.StringTest, "mll");
        Set(OpCode.HasFlag, "mWl");
        Set(OpCode.Environment, "msl");
        Set(OpCode.Date, "mbNsSsl");
        Set(OpCode.CurrentDate, "mSsl");
        Set(OpCode.MailboxExists, "l");
        Set(OpCode.MailboxIdExists, "l");
        Set(OpCode.SpecialUseExists, "Sl");
        Set(OpCode.Metadata, "mssl");
        Set(OpCode.MetadataExists, "sl");
        Set(OpCode.ServerMetadata, "msl");
        Set(OpCode.ServerMetadataExists, "l");
        Set(OpCode.ValidNotifyMethod, "l");
        Set(OpCode.NotifyMethodCapability, "mssl");
        Set(OpCode.Duplicate, "bSSSN");
        Set(OpCode.ValidExtList, "l");
        Set(OpCode.SpamTest, "mbl");
        Set(OpCode.VirusTest, "ml");
        Set(OpCode.Execute, "bSVsL");
        Set(OpCode.Filter, "bsL");

        Set(OpCode.Keep, "L");
        Set(OpCode.FileInto, "bsLSS");
        Set(OpCode.Redirect, "bsSSNSS");
        Set(OpCode.Discard, "");
        Set(OpCode.Reject, "bs");
        Set(OpCode.Vacation, "bsnSSSL" + Fcc);
        Set(OpCode.Notify, "sSSLS" + Fcc);
        Set(OpCode.Flags, "bVl");
        Set(OpCode.Set, "bvs");
        Set(OpCode.AddHeader, "bssl");
        Set(OpCode.DeleteHeader, "mbNsLl");
        Set(OpCode.Replace, "bSSs");
        Set(OpCode.Enclose, "SLs");
        Set(OpCode.ExtractText, "bvN");
        Set(OpCode.Pipe, "bsL");
        Set(OpCode.Report, "bsss");
        Set(OpCode.DebugLog, "s");
        return table;
    }
}

namespace MailCluster.Hocon;

/// <summary>Where a value was written: what an operator needs to find it again.</summary>
/// <param name="Source">File path as the operator named it, or the name of a layer (<c>built-in defaults</c>, <c>--set</c>).</param>
/// <param name="Line">1-based; 0 when the source has no lines (an environment variable).</param>
/// <param name="Column">1-based, in UTF-16 units; 0 when the source has no lines.</param>
public readonly record struct HoconOrigin(string Source, int Line, int Column)
{
    /// <summary><c>source:line</c>, the form that editors jump to.</summary>
    public override string ToString() => Line == 0 ? Source : $"{Source}:{Line}";
}
